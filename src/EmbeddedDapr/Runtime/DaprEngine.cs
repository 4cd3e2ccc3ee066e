using EmbeddedDapr.Actors;
using EmbeddedDapr.Apps;
using EmbeddedDapr.Components;
using EmbeddedDapr.Diagnostics;
using EmbeddedDapr.Resiliency;
using Microsoft.Extensions.Logging;

namespace EmbeddedDapr.Runtime;

/// <summary>
/// The runtime: one sidecar for each app, all in this process. Each app has its own components, scopes and tokens; actor types are shared by all of them. Thread safe.
/// </summary>
public sealed class DaprEngine : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<Sidecar> _sidecars = [];
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private bool _stopped;

    /// <summary>Makes an engine without apps.</summary>
    public DaprEngine(ActorRuntimeOptions actors, TimeProvider time, ILoggerFactory loggers)
    {
        _time = time;
        _loggers = loggers;
        Actors = new ActorRuntime(actors, time, loggers);
    }

    /// <summary>The actors of all apps.</summary>
    public ActorRuntime Actors { get; }

    /// <summary>One for each app.</summary>
    public IReadOnlyList<Sidecar> Sidecars
    {
        get
        {
            lock (_gate)
            {
                return [.. _sidecars];
            }
        }
    }

    /// <summary>The sidecar of an app; null: it has none here.</summary>
    public Sidecar? Find(string appId)
    {
        lock (_gate)
        {
            return _sidecars.Find(sidecar => sidecar.Options.AppId == appId);
        }
    }

    /// <summary>
    /// Adds an app and loads its components. The sidecar serves callers from now on; <see cref="Sidecar.StartAsync"/> then connects the app. The engine owns the channel.
    /// </summary>
    /// <param name="options">As told.</param>
    /// <param name="app">How to call the app; null: a sidecar without app.</param>
    /// <param name="catalog">Component types.</param>
    /// <param name="resources">Resource files.</param>
    /// <param name="environment">Reads environment variables.</param>
    /// <param name="baseDirectory">What relative paths in components are relative to.</param>
    /// <param name="shutdown">What <c>/v1.0/shutdown</c> does; null: nothing.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ComponentException">A component does not start.</exception>
    public async Task<Sidecar> AddAppAsync(
        SidecarOptions options,
        IAppChannel? app,
        ComponentCatalog catalog,
        ResourceSet resources,
        Func<string, string?> environment,
        string baseDirectory,
        Action<bool>? shutdown,
        CancellationToken cancellationToken)
    {
        var context = new ComponentContext
        {
            AppId = options.AppId,
            Namespace = options.Namespace,
            Time = _time,
            Loggers = _loggers,
            Environment = environment,
            BaseDirectory = baseDirectory,
        };
        resources = ComponentDenials.Apply(resources, options.Configuration, _loggers.CreateLogger<DaprEngine>());
        return AddApp(options, app, await ComponentLoader.LoadAsync(resources, catalog, context, cancellationToken), resources, shutdown);
    }

    /// <summary>
    /// Adds an app whose components are loaded. The sidecar serves callers from now on; <see cref="Sidecar.StartAsync"/> then connects the app. The engine owns the channel and
    /// the components.
    /// </summary>
    /// <param name="options">As told.</param>
    /// <param name="app">How to call the app; null: a sidecar without app.</param>
    /// <param name="components">Loaded components.</param>
    /// <param name="resources">Resource files.</param>
    /// <param name="shutdown">What <c>/v1.0/shutdown</c> does; null: nothing.</param>
    public Sidecar AddApp(SidecarOptions options, IAppChannel? app, SidecarComponents components, ResourceSet resources, Action<bool>? shutdown = null)
    {
        var policies = new ResiliencyPolicies(resources.Resiliencies, options.AppId, _time, new Random());
        var health = app is not null && options.AppHealth is { } checks ? new AppHealth(checks.Threshold) : null;
        var metrics = options.IsMeasured && options.Configuration.Metrics.IsEnabled ? new SidecarMetrics(options.AppId, options.Configuration.Metrics, _time) : null;
        var measured = app is not null && metrics is not null ? new MeasuredAppChannel(app, metrics) : app;
        var limited = measured is not null && options.AppConcurrencyMax > 0 ? new LimitedAppChannel(measured, options.AppConcurrencyMax) : measured;
        var sidecar = new Sidecar
        {
            Options = options,
            App = health is null ? limited : new HealthyAppChannel(limited!, health),
            Health = health,
            Metrics = metrics,
            Probe = health is null ? null : options.AppProbe ?? AppProbes.Get(app!, options.AppHealth!.Path),
            Components = components.Under(policies),
            Resiliency = policies,
            Siblings = Find,
            Resources = resources,
            Time = _time,
            Loggers = _loggers,
            ActorRuntime = Actors,
            Shutdown = shutdown,
        };

        // Built now, so that two actor state stores are an error of the start.
        _ = sidecar.Actors;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopped, this);
            if (_sidecars.Exists(other => other.Options.AppId == options.AppId))
            {
                throw new InvalidOperationException($"App '{options.AppId}' has a sidecar in this engine already.");
            }

            _sidecars.Add(sidecar);
        }

        return sidecar;
    }

    /// <summary>Stops in the order inputs, timers and reminders, actors; the channels and components stay usable until <see cref="DisposeAsync"/>.</summary>
    public async Task StopAsync()
    {
        lock (_gate)
        {
            if (_stopped)
            {
                return;
            }

            _stopped = true;
        }

        await Task.WhenAll(Sidecars.Select(sidecar => sidecar.StopInputsAsync()));
        await Actors.StopAsync();
    }

    /// <summary>Stops, then closes channels and components.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await Actors.DisposeAsync();
        foreach (var sidecar in Sidecars)
        {
            await sidecar.Workflows.DisposeAsync();
            if (sidecar.App is not null)
            {
                await sidecar.App.DisposeAsync();
            }

            foreach (var component in Everything(sidecar.Components))
            {
                await component.DisposeAsync();
            }

            await sidecar.DisposeAsync();
        }
    }

    private static IEnumerable<IAsyncDisposable> Everything(SidecarComponents components) =>
    [
        .. components.InputBindings.Values.Select(loaded => loaded.Instance),
        .. components.OutputBindings.Values.Select(loaded => loaded.Instance),
        .. components.PubSubs.Values.Select(loaded => loaded.Instance),
        .. components.StateStores.Values.Select(loaded => loaded.Instance),
        .. components.SecretStores.Values.Select(loaded => loaded.Instance),
        .. components.ConfigurationStores.Values.Select(loaded => loaded.Instance),
        .. components.LockStores.Values.Select(loaded => loaded.Instance),
        .. components.Schedules is IAsyncDisposable schedules ? [schedules] : Array.Empty<IAsyncDisposable>(),
    ];
}
