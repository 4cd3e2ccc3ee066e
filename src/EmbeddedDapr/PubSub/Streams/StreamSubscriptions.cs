using EmbeddedDapr.Runtime;
using Microsoft.Extensions.Logging;

namespace EmbeddedDapr.PubSub;

/// <summary>The streaming subscriptions of one sidecar. They need no app, and may be several for one topic. Thread safe.</summary>
public sealed partial class StreamSubscriptions
{
    private readonly Lock _lock = new();
    private readonly List<StreamSubscription> _open = [];
    private readonly Sidecar _sidecar;
    private readonly ILogger _logger;

    internal StreamSubscriptions(Sidecar sidecar) => (_sidecar, _logger) = (sidecar, sidecar.Loggers.CreateLogger<StreamSubscriptions>());

    /// <summary>Those that are open, the oldest first.</summary>
    public IReadOnlyList<AppSubscription> Active
    {
        get
        {
            lock (_lock)
            {
                return [.. _open.Select(stream => stream.Subscription)];
            }
        }
    }

    /// <summary>Subscribes until the answer is disposed. The sender is called for several events at a time.</summary>
    /// <param name="pubSubName">Component.</param>
    /// <param name="topic">Topic.</param>
    /// <param name="metadata">Such as <c>rawPayload</c>.</param>
    /// <param name="deadLetterTopic">Null or empty: none.</param>
    /// <param name="send">Writes to the stream.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<ApiResult<StreamSubscription>> OpenAsync(
        string pubSubName,
        string topic,
        IReadOnlyDictionary<string, string> metadata,
        string? deadLetterTopic,
        StreamSender send,
        CancellationToken cancellationToken)
    {
        // These travel as plain statuses (recorded: grpc-pubsub-stream-bad-initial, grpc-pubsub-stream-scopes).
        if (pubSubName.Length == 0)
        {
            return ApiErrors.Unexpected("pubsubName is required");
        }

        if (topic.Length == 0)
        {
            return ApiErrors.Unexpected("topic is required");
        }

        if (_sidecar.PubSub.Find(pubSubName) is not { } target)
        {
            return ApiErrors.PubSubNotFound(pubSubName);
        }

        if (!target.Subscribing.Allows(topic))
        {
            return Refused(pubSubName, $"subscription to topic '{topic}' on pubsub '{pubSubName}' is not allowed");
        }

        var subscription = new AppSubscription
        {
            PubSubName = pubSubName,
            Topic = topic,
            Rules = [new RouteRule(string.Empty, "/")],
            Metadata = metadata,
            DeadLetterTopic = string.IsNullOrEmpty(deadLetterTopic) ? null : deadLetterTopic,
            Kind = SubscriptionKind.Streaming,
        };
        var stream = new StreamSubscription(this, subscription, send);
        lock (_lock)
        {
            _open.Add(stream);
        }

        try
        {
            var delivery = new SubscriptionDelivery(_sidecar, stream, subscription, target, SubscriptionRouter.Compile(subscription.Rules, out _)!);
            stream.Broker = await target.Component.SubscribeAsync(target.Wanted(subscription), delivery.HandleAsync, cancellationToken);
            return stream;
        }
        catch (Exception exception)
        {
            // Broad: whatever a component throws, the stream ends with it and the sidecar goes on.
            await stream.DisposeAsync();
            cancellationToken.ThrowIfCancellationRequested();
            Log.SubscribeFailed(_logger, exception, pubSubName, topic);
            return Refused(pubSubName, exception.Message);
        }
    }

    internal void Remove(StreamSubscription stream)
    {
        lock (_lock)
        {
            _open.Remove(stream);
        }
    }

    private static ApiError Refused(string pubSubName, string why) => ApiErrors.Unexpected($"failed to create subscription for {pubSubName}: {why}");

    private static partial class Log
    {
        [LoggerMessage(1340, LogLevel.Warning, "A stream could not subscribe to {PubSub} topic {Topic}")]
        public static partial void SubscribeFailed(ILogger logger, Exception exception, string pubSub, string topic);
    }
}
