using EmbeddedDapr.Invocation;

namespace EmbeddedDapr.Peers;

/// <summary>Where another sidecar of this machine is reached.</summary>
/// <param name="AppId">Its app.</param>
/// <param name="Port">Port of its peers, on loopback.</param>
/// <param name="Token">What it wants to be shown; only processes of the same user can read it.</param>
public sealed record PeerAddress(string AppId, int Port, string Token);

/// <summary>Sidecars in other processes of this machine. Thread safe.</summary>
public interface IPeers
{
    /// <summary>A live sidecar of the app, another one each time if there are several.</summary>
    /// <param name="appId">The app.</param>
    /// <param name="wasThere">There is none now, but there was: it may come back.</param>
    PeerAddress? Find(string appId, out bool wasThere);

    /// <summary>Calls an app through its sidecar.</summary>
    ValueTask<InvokeResult> CallAsync(string appId, PeerCall call, CancellationToken cancellationToken);
}
