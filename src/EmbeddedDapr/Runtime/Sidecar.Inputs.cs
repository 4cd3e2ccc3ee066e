using EmbeddedDapr.Actors;
using EmbeddedDapr.Apps;
using EmbeddedDapr.Bindings;
using EmbeddedDapr.PubSub;

namespace EmbeddedDapr.Runtime;

/// <content>What comes to the app by itself: hosted actors, subscriptions, bindings. An app that falls ill gets none of it until it is well again.</content>
public sealed partial class Sidecar
{
    private readonly List<IAsyncDisposable> _inputs = [];
    private SubscriptionEngine? _subscriptions;
    private ActorConfiguration? _actorConfiguration;
    private IReadOnlyList<AppSubscription>? _programmatic;
    private HttpActorHost? _actorHost;

    /// <summary>Subscriptions of the app, none before the start, then those of open streams.</summary>
    public IReadOnlyList<AppSubscription> Subscriptions => [.. _subscriptions?.Active ?? [], .. Streams.Active];

    /// <summary>Whether the app said that it hosts actors.</summary>
    internal bool DeclaresActors => _actorConfiguration?.Types.Count > 0;

    /// <summary>Asks what the app hosts and wants, the first time, and starts that.</summary>
    private async Task ConnectAsync(CancellationToken cancellationToken)
    {
        // Unlike daprd, actors come first: the first event that a subscription or binding brings may be for one.
        _actorConfiguration ??= await AppDiscovery.ActorsAsync(this, cancellationToken);
        _actorHost = new HttpActorHost(App!);
        Actors.Connect(_actorConfiguration, _actorHost);
        await StartSubscriptionsAsync(cancellationToken);
        var bindings = new InputBindingPump(this, Options.InputBindings);
        AddInput(bindings);
        await bindings.StartAsync(cancellationToken);
        if (Jobs.Start() is { } jobs)
        {
            AddInput(jobs);
        }
    }

    /// <summary>Stops that; what the app answered is kept.</summary>
    private async Task DisconnectAsync()
    {
        await StopReadingAsync();
        if (_actorHost is { } host)
        {
            // Its actors are forgotten, not told: an ill app answers nothing. Their reminders wait in the store.
            Actors.Disconnect(_actorConfiguration!, host);
            _actorHost = null;
        }
    }

    private async Task StopReadingAsync()
    {
        IAsyncDisposable[] inputs;
        lock (_inputs)
        {
            inputs = [.. Enumerable.Reverse(_inputs)];
            _inputs.Clear();
        }

        foreach (var input in inputs)
        {
            await input.DisposeAsync();
        }
    }

    private async Task StartSubscriptionsAsync(CancellationToken cancellationToken)
    {
        if (Components.PubSubs.Count == 0)
        {
            return;
        }

        _programmatic ??= await AppDiscovery.SubscriptionsAsync(this, cancellationToken);
        var subscriptions = new SubscriptionEngine(this);
        AddInput(subscriptions);
        _subscriptions = subscriptions;
        await subscriptions.StartAsync(_programmatic, cancellationToken);
    }

    private void AddInput(IAsyncDisposable input)
    {
        lock (_inputs)
        {
            _stopping.Token.ThrowIfCancellationRequested();
            _inputs.Add(input);
        }
    }
}
