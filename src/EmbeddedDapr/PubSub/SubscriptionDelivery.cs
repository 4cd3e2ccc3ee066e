using EmbeddedDapr.Cel;
using EmbeddedDapr.Resiliency;
using EmbeddedDapr.Runtime;
using Microsoft.Extensions.Logging;

namespace EmbeddedDapr.PubSub;

/// <summary>
/// Carries the deliveries of one subscription into the app and says what became of each (contract sections 4.6, 4.7). The steps: (1) look at every
/// event: expired, unreadable, no route; (2) show the rest to the app, in one call a route for bulk subscriptions; (3) dead-letter what is lost;
/// (4) one verdict for each. Only shutting down is an exception, every other failure is a verdict. Thread safe.
/// </summary>
internal sealed partial class SubscriptionDelivery
{
    private static readonly TimeSpan DeadLetterPublishMax = TimeSpan.FromSeconds(30);

    private readonly Sidecar _sidecar;
    private readonly IEventTarget _show;
    private readonly AppSubscription _subscription;
    private readonly PubSubApi.Target _target;
    private readonly SubscriptionRouter _router;
    private readonly ResiliencyPolicy? _policy;
    private readonly bool _raw;
    private readonly ILogger _logger;

    public SubscriptionDelivery(Sidecar sidecar, IEventTarget show, AppSubscription subscription, PubSubApi.Target target, SubscriptionRouter router)
    {
        (_sidecar, _show, _subscription, _target, _router) = (sidecar, show, subscription, target, router);
        _policy = sidecar.Resiliency.ForInput(subscription.PubSubName, ComponentKind.Pubsub);
        _raw = subscription.IsRaw;
        _logger = sidecar.Loggers.CreateLogger<SubscriptionDelivery>();
    }

    public async ValueTask<IReadOnlyList<DeliveryVerdict>> HandleAsync(IReadOnlyList<PubSubDelivery> deliveries, CancellationToken cancellationToken)
    {
        var start = _sidecar.Metrics?.Start() ?? 0;
        var now = _sidecar.Time.GetUtcNow();
        var all = new DeliveredEvent[deliveries.Count];
        for (var index = 0; index < all.Length; index++)
        {
            all[index] = Prepare(deliveries[index], now);
        }

        if (_subscription.Bulk is null)
        {
            foreach (var delivered in all)
            {
                if (delivered.Fate == EventFate.Open)
                {
                    await ShowOneAsync(delivered, cancellationToken);
                }
            }
        }
        else
        {
            // Grouping keeps the order of events within a route.
            foreach (var group in all.Where(delivered => delivered.Fate == EventFate.Open).GroupBy(delivered => delivered.Route))
            {
                await ShowManyAsync(group.ToList(), cancellationToken);
            }
        }

        Measure(all, start);
        return await SettleAsync(all, cancellationToken);
    }

    private DeliveredEvent Prepare(PubSubDelivery delivery, DateTimeOffset now)
    {
        var topic = PlainTopic(delivery);
        var delivered = new DeliveredEvent(delivery, topic)
        {
            Body = _raw ? DeliveryRequests.RawEnvelope(_subscription.PubSubName, delivery, topic) : delivery.Message.Data,
        };
        var facts = EnvelopeFacts.Read(delivered.Body.Span);
        delivered.Facts = facts;
        if (!facts.IsObject)
        {
            Log.Unreadable(_logger, _subscription.PubSubName, delivery.Topic);
            delivered.Fate = EventFate.Unreadable;
            return delivered;
        }

        if (facts.Expiration <= now)
        {
            delivered.Fate = EventFate.Dropped;
            return delivered;
        }

        try
        {
            if (_router.Route(delivered.Body) is { } route)
            {
                delivered.Route = route;
            }
            else
            {
                delivered.Fate = EventFate.Dropped;
            }
        }
        catch (CelException exception)
        {
            Log.RuleFailed(_logger, _subscription.PubSubName, delivery.Topic, exception.Message);
            delivered.Fate = EventFate.Failed;
        }

        return delivered;
    }

    private async ValueTask ShowOneAsync(DeliveredEvent delivered, CancellationToken cancellationToken)
    {
        if (_policy is null)
        {
            await _show.ShowOneAsync(delivered, cancellationToken);
            return;
        }

        // Only a failed event is shown again; what the app drops is dropped (recorded: resiliency-inbound-retry-drop).
        var result = await _policy.ExecuteAsync(
            static async (state, token) =>
            {
                await state.Show.ShowOneAsync(state.Event, token);
                return state.Event.Fate;
            },
            static fate => Attempt.Of(fate != EventFate.Failed),
            (Show: _show, Event: delivered),
            repeatable: true,
            cancellationToken);
        if (result.Fault != PolicyFault.None)
        {
            delivered.Fate = EventFate.Failed;
        }

        delivered.IsGivenUp = IsGivenUp(delivered, result.Fault);
    }

    /// <summary>Under a policy what failed is shown again, and nothing else.</summary>
    private async ValueTask ShowManyAsync(List<DeliveredEvent> events, CancellationToken cancellationToken)
    {
        if (_policy is null)
        {
            await _show.ShowManyAsync(events, events[0].PlainTopic, cancellationToken);
            return;
        }

        var result = await _policy.ExecuteAsync(
            static async (state, token) =>
            {
                var rest = state.Events.FindAll(delivered => delivered.Fate is EventFate.Open or EventFate.Failed);
                await state.Show.ShowManyAsync(rest, rest[0].PlainTopic, token);
                return rest.Exists(delivered => delivered.Fate == EventFate.Failed);
            },
            static failed => Attempt.Of(!failed),
            (Show: _show, Events: events),
            repeatable: true,
            cancellationToken);
        foreach (var delivered in events)
        {
            // What an attempt has not got to is as one that failed.
            delivered.Fate = delivered.Fate == EventFate.Open ? EventFate.Failed : delivered.Fate;
            delivered.IsGivenUp = IsGivenUp(delivered, result.Fault);
        }
    }

    /// <summary>An open breaker says nothing about an event: nobody has been asked.</summary>
    private bool IsGivenUp(DeliveredEvent delivered, PolicyFault fault) =>
        delivered.Fate == EventFate.Failed && _policy!.MayRepeat && _target.Component.PolicyIsFinal && fault is (PolicyFault.None or PolicyFault.TimedOut);

    private async ValueTask<IReadOnlyList<DeliveryVerdict>> SettleAsync(DeliveredEvent[] events, CancellationToken cancellationToken)
    {
        var lost = events.Where(IsDeadLetter).ToList();
        var saved = lost.Count > 0 && await DeadLetterAsync(lost, cancellationToken);
        var verdicts = new DeliveryVerdict[events.Length];
        for (var index = 0; index < verdicts.Length; index++)
        {
            var delivered = events[index];
            var settled = IsDeadLetter(delivered) ? saved : delivered.Fate is EventFate.Taken or EventFate.Dropped || delivered.IsGivenUp || IsHopeless(delivered);
            if (delivered.IsGivenUp && !saved)
            {
                Log.GivenUp(_logger, _subscription.PubSubName, delivered.PlainTopic);
            }

            verdicts[index] = settled ? DeliveryVerdict.Settled : DeliveryVerdict.Failed;
        }

        return verdicts;
    }

    /// <summary>No envelope, and a component that would deliver it for ever. Each time has been told in the log.</summary>
    private bool IsHopeless(DeliveredEvent delivered) => delivered.Fate == EventFate.Unreadable && _target.Component.AttemptsMax == int.MaxValue;

    private bool IsDeadLetter(DeliveredEvent delivered) => _subscription.DeadLetterTopic is not null && delivered.Fate switch
    {
        EventFate.Open or EventFate.Taken => false,
        EventFate.Dropped or EventFate.Unreadable => true,
        EventFate.Failed => delivered.Delivery.Attempt >= _target.Component.AttemptsBeforeDeadLetter,
    };

    private async ValueTask<bool> DeadLetterAsync(List<DeliveredEvent> lost, CancellationToken cancellationToken)
    {
        var topic = _subscription.DeadLetterTopic!;
        using var limit = new CancellationTokenSource(DeadLetterPublishMax, _sidecar.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var messages = lost.ConvertAll(delivered => delivered.Delivery.Message);
            var error = await _sidecar.PubSub.PublishMessagesAsync(_subscription.PubSubName, topic, messages, both.Token);
            if (error is null)
            {
                Log.DeadLettered(_logger, lost.Count, _subscription.Topic, topic);
                return true;
            }

            Log.DeadLetterFailed(_logger, lost.Count, topic, error.Message);
            return false;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Log.DeadLetterFailed(_logger, lost.Count, topic, "timed out");
            return false;
        }
    }

    private string PlainTopic(PubSubDelivery delivery) =>
        delivery.Topic.StartsWith(_target.TopicPrefix, StringComparison.Ordinal) ? delivery.Topic[_target.TopicPrefix.Length..] : delivery.Topic;
}
