namespace DeviceFleet.Gateway.Auth;

/// <summary>
/// Makes links that sign a browser in, for who may read the key file: whoever starts the gateway prints one. Only without <c>Auth:Authority</c>.
/// </summary>
public sealed class SignInLinks
{
    /// <summary>Path of the sign-in route.</summary>
    internal const string Path = "/sign-in";

    private readonly LocalTokens _tokens;

    internal SignInLinks(LocalTokens tokens) => _tokens = tokens;

    /// <summary>A link that signs in the local admin; it works for <c>Auth:LinkLifetime</c> (default 15 minutes).</summary>
    /// <param name="baseUrl">Where browsers reach the gateway, for example <c>http://127.0.0.1:8080</c>.</param>
    public string Create(string baseUrl) => $"{baseUrl.TrimEnd('/')}{Path}?token={_tokens.CreateSignIn("local", Roles.Admin)}";
}
