using System.Security.Cryptography;
using EmbeddedDapr.Peers;
using EmbeddedDapr.Runtime;
using EmbeddedDapr.Server.Peers;

namespace EmbeddedDapr.Server.Process;

/// <content>Other sidecars of this machine.</content>
internal sealed partial class DaprdProcess
{
    private const int TokenBytes = 32;
    private readonly PeerDirectory _peers = PeerDirectory.Open(
        flags.PeerFolder, flags.AppId, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TokenBytes)), flags.Peers, TimeProvider.System);

    /// <summary>Listens for other sidecars, and tells them where.</summary>
    private async Task<PeerHost> StartPeersAsync(Sidecar sidecar, int httpPort, CancellationToken cancellationToken)
    {
        var host = await PeerHost.StartAsync(sidecar, _peers.Token, flags.InternalAddresses, flags.InternalGrpcPort, cancellationToken);
        if (!_peers.Publish(host.Port, httpPort))
        {
            Log.PeersUnusable(_logger, flags.PeerFolder ?? PeerFolder.DefaultPath);
        }

        return host;
    }

    private static partial class Log
    {
        [LoggerMessage(1210, LogLevel.Warning, "Other sidecars of this machine do not find this one: the folder {Folder} cannot be used")]
        public static partial void PeersUnusable(ILogger logger, string folder);
    }
}
