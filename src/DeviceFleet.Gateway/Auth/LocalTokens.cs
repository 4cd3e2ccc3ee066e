using System.Security.Claims;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace DeviceFleet.Gateway.Auth;

/// <summary>Signs and checks the gateway's own tokens. A sign-in token is for another audience than a session's: neither does the other's work.</summary>
internal sealed class LocalTokens(LocalKey key, IOptions<AuthOptions> options, TimeProvider time)
{
    public const string Issuer = "devicefleet-gateway";

    private const string SignInAudience = "devicefleet-sign-in";

    private static readonly JsonWebTokenHandler Handler = new() { SetDefaultTimesOnTokenCreation = false, MapInboundClaims = false };

    public string CreateSession(string user, string role) => Create(user, role, options.Value.Audience, options.Value.SessionLifetime);

    public string CreateSignIn(string user, string role) => Create(user, role, SignInAudience, options.Value.LinkLifetime);

    /// <summary>Who may sign in with this; null when it is none of ours or its time is over.</summary>
    public async Task<(string User, string Role)?> ReadSignInAsync(string token)
    {
        var result = await Handler.ValidateTokenAsync(token, Validation(SignInAudience));
        return result.IsValid && result.ClaimsIdentity.FindFirst("sub")?.Value is { } user && result.ClaimsIdentity.FindFirst("role")?.Value is { } role
            ? (user, role)
            : null;
    }

    public TokenValidationParameters SessionValidation() => Validation(options.Value.Audience);

    private string Create(string user, string role, string audience, TimeSpan lifetime)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return Handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            Audience = audience,
            Subject = new ClaimsIdentity([new Claim("sub", user), new Claim("role", role)]),
            IssuedAt = now,
            NotBefore = now,
            Expires = now + lifetime,
            SigningCredentials = key.Credentials,
        });
    }

    private TokenValidationParameters Validation(string audience) => new()
    {
        ValidIssuer = Issuer,
        ValidAudience = audience,
        IssuerSigningKey = key.Key,
        ValidAlgorithms = [SecurityAlgorithms.HmacSha256],
        RequireExpirationTime = true,
        NameClaimType = "sub",
        RoleClaimType = "role",
        LifetimeValidator = (notBefore, expires, _, _) =>
        {
            var now = time.GetUtcNow().UtcDateTime;
            return expires > now && (notBefore is null || notBefore <= now);
        },
    };
}
