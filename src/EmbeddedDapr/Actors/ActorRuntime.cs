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
    private int _asking;

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

    /// <summary>Where ticks and deactivations start.</summary>
    internal WorkQueue Work { get; init; } = WorkQueue.ThreadPool;

    internal SemaphoreSlim Deactivations { get; }

    internal bool IsClosed => _closed;

    /// <summary>
    /// Makes an app the host of the types it declared. A type that another app hosts already stays there: one engine is one machine, so there is nobody to share it with.
    /// A type that the same app hosts already goes on with <paramref name="host"/>, its options unchanged.
    /// </summary>
    /// <returns>The types that are now hosted by this app, and were not before.</returns>
    internal IReadOnlyList<string> Register(Sidecar sidecar, ActorConfiguration configuration, IActorHost host)
    {
        foreach (var name in configuration.NotHosted)
        {
            Log.OptionsWithoutEntity(_logger, sidecar.Options.AppId, name);
        }

        var registered = new List<string>();
        foreach (var (name, options) in configuration.Types)
        {
            if (Register(sidecar, name, options, host))
            {
                registered.Add(name);
            }
        }

        Interlocked.Exchange(ref _typesChanged, NewSignal()).TrySetResult();
        return registered;
    }

    /// <summary>A host has gone. Answers the types that nobody hosts any longer.</summary>
    internal IReadOnlyList<string> Withdraw(Sidecar sidecar, IEnumerable<string> types, IActorHost host)
    {
        var withdrawn = new List<string>();
        foreach (var name in types)
        {
            if (Find(name) is { } type && type.Sidecar == sidecar && type.RemoveHost(host))
            {
                _types.TryRemove(KeyValuePair.Create(name, type));
                type.Dispose();
                withdrawn.Add(name);
            }
        }

        return withdrawn;
    }

    /// <summary>Active actors of the types that an app hosts.</summary>
    public IReadOnlyList<KeyValuePair<string, int>> CountActive(Sidecar sidecar) =>
        [.. HostedBy(sidecar).Select(type => KeyValuePair.Create(type.Name, type.Count)).OrderBy(type => type.Key, StringComparer.Ordinal)];

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

    internal IEnumerable<HostedActorType> HostedBy(Sidecar sidecar) => _types.Values.Where(type => type.Sidecar == sidecar);

    /// <summary>An app is being asked what it hosts, until the answer is disposed.</summary>
    internal IDisposable Asking()
    {
        Interlocked.Increment(ref _asking);
        return new Question(this);
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

            if (!_closed && Volatile.Read(ref _asking) > 0)
            {
                // The app that is being asked may be the host: nobody is refused before it has answered (process contract, section 1).
                await changed.WaitAsync(cancellationToken);
                started = Time.GetTimestamp();
                continue;
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

    private bool Register(Sidecar sidecar, string name, ActorTypeOptions options, IActorHost host)
    {
        while (true)
        {
            if (Find(name) is { } known)
            {
                if (known.Sidecar != sidecar)
                {
                    Log.HostedElsewhere(_logger, sidecar.Options.AppId, name, known.Sidecar.Options.AppId);
                    return false;
                }

                if (known.TryAddHost(host))
                {
                    return false;
                }

                // Its last host has just gone, and whoever saw that is about to take it out of the table.
                _types.TryRemove(KeyValuePair.Create(name, known));
            }

            var type = new HostedActorType(this, sidecar, name, options, host);
            if (_types.TryAdd(name, type))
            {
                return true;
            }

            type.Dispose();
        }
    }

    private sealed class Question(ActorRuntime runtime) : IDisposable
    {
        private int _isOver;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isOver, 1) == 0)
            {
                Interlocked.Decrement(ref runtime._asking);
                Interlocked.Exchange(ref runtime._typesChanged, NewSignal()).TrySetResult();
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
