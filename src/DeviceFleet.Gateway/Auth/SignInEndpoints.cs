using DeviceFleet.Gateway.Api;
using DeviceFleet.Gateway.Limits;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Gateway.Auth;

/// <summary>Who may come in, and how a browser gets in.</summary>
internal static class SignInEndpoints
{
    public const string Cookie = "devicefleet-session";

    public static IHostApplicationBuilder AddFleetAuth(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<AuthOptions>().BindConfiguration(AuthOptions.Section).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<AuthOptions>, AuthOptionsValidator>();
        builder.Services.AddSingleton<LocalKey>();
        builder.Services.AddSingleton<LocalTokens>();
        builder.Services.AddSingleton(provider => new SignInLinks(provider.GetRequiredService<LocalTokens>()));
        builder.Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer();
        builder.Services.ConfigureOptions<BearerSetup>();

        // Everything not opened on purpose needs a user who may read, also what no endpoint answers.
        var reader = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().RequireRole(Roles.ThatRead).Build();
        builder.Services.AddAuthorizationBuilder().SetFallbackPolicy(reader).SetDefaultPolicy(reader)
            .AddPolicy(Roles.MayWrite, policy => policy.RequireAuthenticatedUser().RequireRole(Roles.ThatWrite))
            .AddPolicy(Roles.MayAdminister, policy => policy.RequireAuthenticatedUser().RequireRole(Roles.ThatAdminister));
        return builder;
    }

    public static void MapSignIn(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet(SignInLinks.Path, SignInAsync).AllowAnonymous().ExcludeFromDescription().AddEndpointFilter<RouteHandlerBuilder, UserLimitFilter>();
        endpoints.MapPost("/api/sign-out", SignOut).Describe("Session", "Sign out", "Takes the session's cookie away.").Produces(StatusCodes.Status204NoContent)
            .AddEndpointFilter<RouteHandlerBuilder, UserLimitFilter>();
    }

    private static async Task<IResult> SignInAsync(HttpContext context, LocalTokens tokens, IOptions<AuthOptions> options, string? token)
    {
        if (!string.IsNullOrEmpty(options.Value.Authority) || token is null || await tokens.ReadSignInAsync(token) is not { } who)
        {
            await Refusal.SendPageAsync(context);
            return Results.Empty;
        }

        context.Response.Cookies.Append(Cookie, tokens.CreateSession(who.User, who.Role), CookieRules(context, options.Value.SessionLifetime));
        context.Response.Headers.CacheControl = "no-store";
        return Results.LocalRedirect("/");
    }

    private static IResult SignOut(HttpContext context)
    {
        context.Response.Cookies.Delete(Cookie, CookieRules(context, lifetime: null));
        return Results.NoContent();
    }

    private static CookieOptions CookieRules(HttpContext context, TimeSpan? lifetime) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = context.Request.IsHttps,
        Path = "/",
        MaxAge = lifetime,
        IsEssential = true,
    };
}
