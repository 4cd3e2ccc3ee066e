using Microsoft.Extensions.Logging;

namespace EmbeddedDapr.Runtime;

/// <summary>How far a sidecar has come.</summary>
public enum SidecarPhase
{
    /// <summary>Components are loaded, heads may not listen yet.</summary>
    Loaded,

    /// <summary>Callers are served; the app may not listen yet (<c>/v1.0/healthz/outbound</c> is 204).</summary>
    Outbound,

    /// <summary>Actors, subscriptions and bindings are up (<c>/v1.0/healthz</c> is 204).</summary>
    Ready,

    /// <summary>Stopping or stopped.</summary>
    Stopped,
}

/// <content>Life: start in the order of contract section 1.4, stop in the reverse.</content>
public sealed partial class Sidecar : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private int _phase;

    /// <summary>How far it has come.</summary>
    public SidecarPhase Phase => (SidecarPhase)Volatile.Read(ref _phase);

    /// <summary>Cancelled when the sidecar stops.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>What <c>/v1.0/shutdown</c> does, told whether it is to be forced; null: nothing, since the sidecar is not a process of its own.</summary>
    public Action<bool>? Shutdown { get; init; }

    /// <summary>The heads listen: steps 1 to 4 are over.</summary>
    public void MarkOutboundReady() => Interlocked.CompareExchange(ref _phase, (int)SidecarPhase.Outbound, (int)SidecarPhase.Loaded);

    /// <summary>Steps 5 to 7: waits for the app, asks what it hosts and wants, and starts that. Returns once ready.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        MarkOutboundReady();
        Workflows.Begin();
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
        if (App is not null)
        {
            using var asking = ActorRuntime.Asking();
            await App.WaitUntilListeningAsync(both.Token);
            if (Health is null)
            {
                await ConnectAsync(both.Token);
            }
            else
            {
                // As daprd, it is ready although the app may never get well (recorded: runtime-app-health-start).
                _watching = WatchAsync(Health, Probe!, Options.AppHealth!, _stopping.Token);
            }
        }

        Interlocked.CompareExchange(ref _phase, (int)SidecarPhase.Ready, (int)SidecarPhase.Outbound);
        Log.Ready(Loggers.CreateLogger<Sidecar>(), Options.AppId);
    }

    /// <summary>Stops its inputs; the engine that made it does more.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopInputsAsync();
        _stopping.Dispose();
    }

    /// <summary>Stops reading inputs, then timers and reminders. Actors and components are stopped by the engine.</summary>
    internal async Task StopInputsAsync()
    {
        if (Interlocked.Exchange(ref _phase, (int)SidecarPhase.Stopped) == (int)SidecarPhase.Stopped)
        {
            return;
        }

        Workflows.StopDispatch();
        await _stopping.CancelAsync();
        await _watching;
        await StopReadingAsync();
        await ConfigurationStores.DisposeAsync();
        await Actors.DisposeAsync();
    }

    private static partial class Log
    {
        [LoggerMessage(1120, LogLevel.Information, "Sidecar of {AppId} is ready")]
        public static partial void Ready(ILogger logger, string appId);
    }
}
