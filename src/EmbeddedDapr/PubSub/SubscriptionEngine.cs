using EmbeddedDapr.Apps;
using EmbeddedDapr.Runtime;
using Microsoft.Extensions.Logging;

namespace EmbeddedDapr.PubSub;

/// <summary>
/// The subscriptions of one app: decides which hold, subscribes (again and again where the broker refuses) and delivers. <see cref="StartAsync"/> once,
/// then <see cref="DisposeAsync"/>.
/// </summary>
public sealed partial class SubscriptionEngine : IAsyncDisposable
{
    private static readonly TimeSpan RetryFirst = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan RetryMax = TimeSpan.FromSeconds(30);

    private readonly Sidecar _sidecar;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Running> _running = [];

    /// <summary>For one sidecar.</summary>
    public SubscriptionEngine(Sidecar sidecar)
    {
        _sidecar = sidecar;
        _logger = sidecar.Loggers.CreateLogger<SubscriptionEngine>();
    }

    /// <summary>Subscriptions that hold, in the order they were declared, those whose broker cannot be reached yet too. Empty before the start.</summary>
    public IReadOnlyList<AppSubscription> Active { get; private set; } = [];

    /// <summary>
    /// Subscribes. A programmatic subscription replaces a declarative one of the same component and topic; of several declarative ones the first counts
    /// (contract section 4.4). Completes after one attempt for each; what failed is tried again in the background, with back-off, until disposed.
    /// </summary>
    public async Task StartAsync(IReadOnlyList<AppSubscription> programmatic, CancellationToken cancellationToken)
    {
        if (_sidecar.App is not { } app)
        {
            return;
        }

        var active = new List<AppSubscription>();
        foreach (var (subscription, router) in Choose(programmatic))
        {
            if (_sidecar.PubSub.Find(subscription.PubSubName) is not { } target)
            {
                Log.UnknownComponent(_logger, subscription.PubSubName, subscription.Topic);
                continue;
            }

            if (!target.Subscribing.Allows(subscription.Topic))
            {
                Log.NotAllowed(_logger, subscription.Topic, subscription.PubSubName);
                continue;
            }

            active.Add(subscription);
            _running.Add(new(subscription, target, Delivery(app, subscription, target, router)));
        }

        Active = active;
        foreach (var running in _running)
        {
            if (!await TrySubscribeAsync(running, cancellationToken))
            {
                running.Retrying = RetryAsync(running);
            }
        }
    }

    /// <summary>Stops delivering and waits for calls that are under way.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
        {
            return;
        }

        await _stopping.CancelAsync();
        await Task.WhenAll(_running.Select(running => running.Retrying));
        await Task.WhenAll(_running.Select(StopAsync));
        _stopping.Dispose();
    }

    private IEnumerable<(AppSubscription Subscription, SubscriptionRouter Router)> Choose(IReadOnlyList<AppSubscription> programmatic)
    {
        var taken = new HashSet<(string, string)>();
        foreach (var pair in CompileAll(programmatic))
        {
            if (taken.Add((pair.Subscription.PubSubName, pair.Subscription.Topic)))
            {
                yield return pair;
            }
        }

        foreach (var resource in _sidecar.Resources.Subscriptions)
        {
            var subscription = resource.Subscription;
            if (resource.Scopes.Count > 0 && !resource.Scopes.Contains(_sidecar.Options.AppId, StringComparer.Ordinal))
            {
                continue;
            }

            if (SubscriptionRouter.Compile(subscription.Rules, out var error) is not { } router)
            {
                Log.BadRule(_logger, subscription.PubSubName, subscription.Topic, error);
            }
            else if (taken.Add((subscription.PubSubName, subscription.Topic)))
            {
                yield return (subscription, router);
            }
        }
    }

    /// <summary>A syntax error in any rule discards the app's whole list (contract section 4.5), but not the declarative subscriptions.</summary>
    private List<(AppSubscription Subscription, SubscriptionRouter Router)> CompileAll(IReadOnlyList<AppSubscription> programmatic)
    {
        var compiled = new List<(AppSubscription, SubscriptionRouter)>(programmatic.Count);
        foreach (var subscription in programmatic)
        {
            if (SubscriptionRouter.Compile(subscription.Rules, out var error) is not { } router)
            {
                Log.BadRule(_logger, subscription.PubSubName, subscription.Topic, error);
                return [];
            }

            compiled.Add((subscription, router));
        }

        return compiled;
    }

    private SubscriptionDelivery Delivery(IAppChannel app, AppSubscription subscription, PubSubApi.Target target, SubscriptionRouter router) =>
        new(_sidecar, new AppEventTarget(app, subscription, _sidecar.Tracer, _sidecar.Loggers.CreateLogger<AppEventTarget>()), subscription, target, router);

    private async Task<bool> TrySubscribeAsync(Running running, CancellationToken cancellationToken)
    {
        var (subscription, target) = (running.Subscription, running.Target);
        try
        {
            running.Broker = await target.Component.SubscribeAsync(target.Wanted(subscription), running.Delivery.HandleAsync, cancellationToken);
            return true;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // Broad: whatever a component throws, the other subscriptions must start and this one is tried again.
            Log.SubscribeFailed(_logger, exception, subscription.PubSubName, subscription.Topic);
            return false;
        }
    }

    private async Task RetryAsync(Running running)
    {
        var token = _stopping.Token;
        var delay = RetryFirst;
        try
        {
            do
            {
                await Task.Delay(delay, _sidecar.Time, token);
                delay = delay * 2 < RetryMax ? delay * 2 : RetryMax;
            }
            while (!await TrySubscribeAsync(running, token));
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    private async Task StopAsync(Running running)
    {
        if (running.Broker is not { } broker)
        {
            return;
        }

        try
        {
            await broker.DisposeAsync();
        }
        catch (Exception exception)
        {
            // Broad: one component that fails to stop must not keep the others running.
            Log.StopFailed(_logger, exception, running.Subscription.PubSubName, running.Subscription.Topic);
        }
    }

    private sealed class Running(AppSubscription subscription, PubSubApi.Target target, SubscriptionDelivery delivery)
    {
        public AppSubscription Subscription { get; } = subscription;

        public PubSubApi.Target Target { get; } = target;

        public SubscriptionDelivery Delivery { get; } = delivery;

        public IAsyncDisposable? Broker { get; set; }

        public Task Retrying { get; set; } = Task.CompletedTask;
    }
}
