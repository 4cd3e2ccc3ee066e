using System.Collections.Concurrent;
using EmbeddedDapr.Runtime;
using Microsoft.Extensions.Logging;

namespace EmbeddedDapr.Actors;

/// <summary>
/// The actors of one engine: which app hosts which type, over all apps. Plays the part of daprd's placement. Thread safe.
/// </summary>
public sealed partial class ActorRuntime : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, HostedActorType> _types = new(StringComparer.Ordinal);
    private readonly ILogger _logger;
    private TaskCompletionSource _typesChanged = NewSignal();
    private volatile bool _closed;

    /// <summary>Makes a runtime without actors.</summary>
    public ActorRuntime(ActorRuntimeOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        Options = options;
        Time = time;
        _logger = loggers.CreateLogger<ActorRuntime>();
        Deactivations = new SemaphoreSlim(options.DeactivationConcurrencyMax);
    }

    /// <summary>Bounds.</summary>
    public ActorRuntimeOptions Options { get; }

    /// <summary>Clock.</summary>
    public TimeProvider Time { get; }

    internal SemaphoreSlim Deactivations { get; }

    internal bool IsClosed => _closed;

    /// <summary>
    /// Makes an app the host of the types it declared. A type that another app hosts already stays there: one engine is one machine, so there is nobody to share it with.
    /// </summary>
    /// <returns>The types that are now hosted by this app.</returns>
    public IReadOnlyList<string> Register(Sidecar sidecar, ActorConfiguration configuration)
    {
        foreach (var name in configuration.NotHosted)
        {
            Log.OptionsWithoutEntity(_logger, sidecar.Options.AppId, name);
        }

        var registered = new List<string>();
        foreach (var (name, options) in configuration.Types)
        {
            var type = new HostedActorType(this, sidecar, name, options);
            if (_types.TryAdd(name, type))
            {
                registered.Add(name);
            }
            else
            {
                type.Dispose();
                Log.HostedElsewhere(_logger, sidecar.Options.AppId, name, _types[name].Sidecar.Options.AppId);
            }
        }

        Interlocked.Exchange(ref _typesChanged, NewSignal()).TrySetResult();
        return registered;
    }

    /// <summary>Active actors of the types that an app hosts.</summary>
    public IReadOnlyList<KeyValuePair<string, int>> CountActive(Sidecar sidecar) =>
        [.. _types.Values.Where(type => type.Sidecar == sidecar).Select(type => KeyValuePair.Create(type.Name, type.Count)).OrderBy(type => type.Key, StringComparer.Ordinal)];

    /// <summary>Refuses new calls, lets turns under way end, tells every actor; all within <see cref="ActorRuntimeOptions.StopTimeout"/>. Stopping twice is fine.</summary>
    public async Task StopAsync()
    {
        if (_closed)
        {
            return;
        }

        _closed = true;
        Interlocked.Exchange(ref _typesChanged, NewSignal()).TrySetResult();
        using var timeout = new CancellationTokenSource(Options.StopTimeout, Time);
        await Task.WhenAll(_types.Values.Select(type => type.DeactivateAllAsync(timeout.Token)));
    }

    /// <summary>Stops.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        foreach (var type in _types.Values)
        {
            type.Dispose();
        }
    }

    internal HostedActorType? Find(string actorType) => _types.GetValueOrDefault(actorType);

    /// <summary>The host of a type; waits for one to appear, at most <see cref="ActorRuntimeOptions.HostLookupTimeout"/>. Null: nobody hosts it.</summary>
    internal async ValueTask<HostedActorType?> FindAsync(string actorType, CancellationToken cancellationToken)
    {
        var started = Time.GetTimestamp();
        while (true)
        {
            // The signal is taken before the look-up, so that a registration in between is not missed.
            var changed = Volatile.Read(ref _typesChanged).Task;
            if (Find(actorType) is { } type)
            {
                return type;
            }

            var rest = Options.HostLookupTimeout - Time.GetElapsedTime(started);
            if (_closed || rest <= TimeSpan.Zero)
            {
                return null;
            }

            try
            {
                await changed.WaitAsync(rest, Time, cancellationToken);
            }
            catch (TimeoutException)
            {
                return Find(actorType);
            }
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static partial class Log
    {
        [LoggerMessage(1020, LogLevel.Warning, "App {AppId}: entitiesConfig names actor type {ActorType}, which entities does not; it is not hosted")]
        public static partial void OptionsWithoutEntity(ILogger logger, string appId, string actorType);

        [LoggerMessage(1021, LogLevel.Error, "App {AppId} declares actor type {ActorType}, which app {HostAppId} hosts already; it stays there")]
        public static partial void HostedElsewhere(ILogger logger, string appId, string actorType, string hostAppId);
    }
}
