using System.Collections.Concurrent;
using EmbeddedDapr.Invocation;

namespace EmbeddedDapr.Peers;

/// <summary>
/// Peers of one sidecar, found in a <see cref="PeerFolder"/>. What was found is used again for a short time: a peer that ends is missed by that much, and one that cannot be
/// reached is looked for anew at once. Thread safe.
/// </summary>
public sealed class PeerDirectory : IPeers, IDisposable
{
    private static readonly TimeSpan Remembered = TimeSpan.FromMilliseconds(500);

    private readonly PeerFolder? _folder;
    private readonly PeerRecord _self;
    private readonly IReadOnlyDictionary<string, int> _named;
    private readonly TimeProvider _time;
    private readonly PeerClient _client = new();
    private readonly ConcurrentDictionary<string, byte> _seen = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private IReadOnlyList<PeerRecord> _live = [];
    private DateTimeOffset _readAt = DateTimeOffset.MinValue;
    private IDisposable? _registration;
    private int _turn;

    private PeerDirectory(PeerFolder? folder, PeerRecord self, IReadOnlyDictionary<string, int> named, TimeProvider time) =>
        (_folder, _self, _named, _time) = (folder, self, named, time);

    /// <summary>What callers must show to the sidecar that this directory belongs to.</summary>
    public string Token => _self.Token;

    /// <summary>Whether other processes can be found at all.</summary>
    public bool IsUsable => _folder is not null;

    /// <summary>Opens the directory; nobody sees this sidecar before <see cref="Publish"/>.</summary>
    /// <param name="folder">Where it is kept; null: <c>/tmp/embedded-dapr-USER</c> (Windows: the temporary folder).</param>
    /// <param name="appId">The sidecar's app.</param>
    /// <param name="token">What callers must show to it.</param>
    /// <param name="named">Ports of the HTTP API of peers, by app id, which then are the only ones for those apps.</param>
    /// <param name="time">Clock.</param>
    /// <param name="processId">Tells sidecars apart; null: the id of this process.</param>
    public static PeerDirectory Open(string? folder, string appId, string token, IReadOnlyDictionary<string, int> named, TimeProvider time, int? processId = null) => new(
        PeerFolder.Open(folder ?? PeerFolder.DefaultPath),
        new PeerRecord { AppId = appId, Pid = processId ?? Environment.ProcessId, Launcher = Launcher(), Folder = Environment.CurrentDirectory, Port = 0, Token = token },
        named,
        time);

    /// <summary>Tells others where this sidecar is reached, until disposed. False: it cannot be told, so that it is not found.</summary>
    public bool Publish(int port, int httpPort)
    {
        try
        {
            _registration = _folder?.Add(_self with { Port = port, HttpPort = httpPort });
            return _registration is not null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public PeerAddress? Find(string appId, out bool wasThere)
    {
        int? named = _named.TryGetValue(appId, out var port) ? port : null;
        var candidates = PeerChoice.Among(_self, appId, Live(out var isFresh), named);
        if (candidates.Count == 0 && !isFresh)
        {
            Forget();
            candidates = PeerChoice.Among(_self, appId, Live(out _), named);
        }

        wasThere = _seen.ContainsKey(appId);
        if (candidates.Count == 0)
        {
            return null;
        }

        // App ids that exist are few, so that what is remembered of them is.
        _seen[appId] = 0;
        var peer = candidates[(int)((uint)Interlocked.Increment(ref _turn) % (uint)candidates.Count)];
        return new(peer.AppId, peer.Port, peer.Token);
    }

    /// <inheritdoc/>
    public async ValueTask<InvokeResult> CallAsync(string appId, PeerCall call, CancellationToken cancellationToken)
    {
        if (Find(appId, out var wasThere) is not { } peer)
        {
            return wasThere
                ? new InvokeFault($"no sidecar of {appId} is running", GrpcCode.Unavailable, IsUnsent: true)
                : new InvokeFault("no host found with the given ID");
        }

        var result = await _client.CallAsync(peer, call, cancellationToken);
        if (result.Fault is { Code: GrpcCode.Unavailable })
        {
            Forget();
        }

        return result;
    }

    /// <summary>Sends a gRPC call to a peer as it is.</summary>
    internal Task<HttpResponseMessage> SendAsync(HttpRequestMessage message, CancellationToken cancellationToken) => _client.SendAsync(message, cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        _registration?.Dispose();
        _client.Dispose();
    }

    /// <summary>The process that started this one, where the system tells it simply; 0: not known.</summary>
    private static int Launcher()
    {
        try
        {
            // proc(5): the name in brackets may hold anything, the parent's id is the second field after it.
            var stat = File.ReadAllText("/proc/self/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException or IndexOutOfRangeException)
        {
            return 0;
        }
    }

    private IReadOnlyList<PeerRecord> Live(out bool isFresh)
    {
        lock (_gate)
        {
            var now = _time.GetUtcNow();
            isFresh = now - _readAt > Remembered;
            if (_folder is not null && isFresh)
            {
                (_live, _readAt) = (_folder.ReadLive(), now);
            }

            return _live;
        }
    }

    private void Forget()
    {
        lock (_gate)
        {
            _readAt = DateTimeOffset.MinValue;
        }
    }
}
