using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace DeviceFleet.ServiceDefaults.Sidecar;

/// <summary>
/// Decides whether a request to a sidecar route comes from the sidecar. With <c>APP_API_TOKEN</c> configured, header <c>dapr-api-token</c> must
/// equal it (Dapr docs, "Authenticate requests from Dapr using token authentication"). Without it, only this machine may call.
/// </summary>
internal sealed partial class SidecarGuard
{
    internal const string TokenSetting = "APP_API_TOKEN";
    internal const string TokenHeader = "dapr-api-token";

    private readonly byte[]? _tokenHash;

    public SidecarGuard(IConfiguration configuration, ILogger<SidecarGuard> logger)
    {
        var token = configuration[TokenSetting];
        if (string.IsNullOrWhiteSpace(token))
        {
            Log.NoToken(logger);
        }
        else
        {
            _tokenHash = Hash(token);
        }
    }

    public bool Allows(HttpContext context)
    {
        if (_tokenHash is null)
        {
            // No address: the caller is in this process.
            var remote = context.Connection.RemoteIpAddress;
            return remote is null || IPAddress.IsLoopback(remote);
        }

        // Hashes have one length, so that neither length nor content of the token shows in the time that the comparison takes.
        return context.Request.Headers.TryGetValue(TokenHeader, out var given)
            && CryptographicOperations.FixedTimeEquals(Hash(given.ToString()), _tokenHash);
    }

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    private static partial class Log
    {
        [LoggerMessage(100, LogLevel.Warning, "APP_API_TOKEN is not set: routes for the sidecar take calls from this machine only, without a token.")]
        public static partial void NoToken(ILogger logger);
    }
}
