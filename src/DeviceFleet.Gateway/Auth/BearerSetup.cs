using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace DeviceFleet.Gateway.Auth;

/// <summary>Whose tokens are taken: an OIDC authority's, or the gateway's own, which browsers carry in a cookie.</summary>
internal sealed class BearerSetup(IOptions<AuthOptions> options, LocalTokens tokens) : IConfigureNamedOptions<JwtBearerOptions>
{
    public void Configure(string? name, JwtBearerOptions options)
    {
        if (name == JwtBearerDefaults.AuthenticationScheme)
        {
            Configure(options);
        }
    }

    public void Configure(JwtBearerOptions bearer)
    {
        var auth = options.Value;
        bearer.MapInboundClaims = false;
        if (string.IsNullOrEmpty(auth.Authority))
        {
            bearer.TokenValidationParameters = tokens.SessionValidation();
        }
        else
        {
            bearer.Authority = auth.Authority;
            bearer.Audience = auth.Audience;
            bearer.TokenValidationParameters = new TokenValidationParameters { NameClaimType = "sub", RoleClaimType = auth.RoleClaim };
        }

        bearer.Events = new JwtBearerEvents
        {
            OnMessageReceived = TakeTokenFromCookie,
            OnChallenge = context =>
            {
                context.HandleResponse();
                return Refusal.ChallengeAsync(context.HttpContext);
            },
            OnForbidden = context => Refusal.ForbidAsync(context.HttpContext),
        };
    }

    private static Task TakeTokenFromCookie(MessageReceivedContext context)
    {
        // A header names the caller explicitly and wins. The cookie is SameSite=Strict, so no other site's page can send it along.
        if (!context.Request.Headers.ContainsKey("Authorization"))
        {
            context.Token = context.Request.Cookies[SignInEndpoints.Cookie];
        }

        return Task.CompletedTask;
    }
}
