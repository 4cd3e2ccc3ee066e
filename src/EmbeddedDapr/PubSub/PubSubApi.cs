using EmbeddedDapr.Components;
using EmbeddedDapr.Runtime;

namespace EmbeddedDapr.PubSub;

/// <summary>The publish API of one sidecar (Dapr API reference, pub/sub). Thread safe.</summary>
public sealed class PubSubApi
{
    /// <summary>What a sidecar without tracing sends along.</summary>
    internal const string NoTraceParent = "00-00000000000000000000000000000000-0000000000000000-00";

    private readonly Sidecar _sidecar;
    private readonly Dictionary<string, Target> _targets = new(StringComparer.Ordinal);

    internal PubSubApi(Sidecar sidecar)
    {
        _sidecar = sidecar;
        foreach (var (name, loaded) in sidecar.Components.PubSubs)
        {
            _targets[name] = new(loaded, sidecar);
        }
    }

    /// <summary>Publishes; when it completes without an error a durable component has the event on disk.</summary>
    public async ValueTask<ApiError?> PublishAsync(PublishRequest request, CancellationToken cancellationToken)
    {
        if (CheckTarget(request.PubSubName, request.Topic) is { } refusal)
        {
            return refusal;
        }

        if (!PublishMetadata.TryRaw(request.Metadata, out var raw, out var why))
        {
            return ApiErrors.PubSubMetadata(request.PubSubName, why, request.Metadata!);
        }

        var metadata = request.Metadata is { Count: > 0 } ? request.Metadata : null;
        IReadOnlyList<PubSubMessage> messages;
        if (raw)
        {
            messages = [new(request.Data, request.ContentType, request.Head == PublishHead.Grpc ? WithTrace(metadata!, request.Trace) : metadata)];
        }
        else
        {
            using var batch = NewBatch(request.PubSubName, request.Topic, request.Trace, 1, request.Data.Length);
            if (batch.Add(request.Data, request.ContentType, metadata, request.Head == PublishHead.Grpc) is { } error)
            {
                return error;
            }

            messages = batch.ToMessages();
        }

        var start = _sidecar.Metrics?.Start() ?? 0;
        var fault = await PublishMessagesAsync(request.PubSubName, request.Topic, messages, cancellationToken);
        _sidecar.Metrics?.Published(request.PubSubName, request.Topic, fault is null, start);
        return fault;
    }

    /// <summary>Publishes all or none. The list is empty when all went well; an error is one of the whole request.</summary>
    public async ValueTask<ApiResult<IReadOnlyList<BulkPublishFailure>>> BulkPublishAsync(BulkPublishRequest request, CancellationToken cancellationToken)
    {
        if (CheckTarget(request.PubSubName, request.Topic) is { } refusal)
        {
            return refusal;
        }

        if (!PublishMetadata.TryRaw(request.Metadata, out var raw, out var why))
        {
            return ApiErrors.PubSubMetadata(request.PubSubName, why, request.Metadata!);
        }

        if (!HaveIds(request.Entries))
        {
            return ApiErrors.PubSubEntryIds(request.PubSubName, request.Topic, _sidecar.Options.AppId);
        }

        var built = raw ? RawMessages(request) : Envelopes(request);
        if (built.Error is { } unusable)
        {
            return unusable;
        }

        var start = _sidecar.Metrics?.Start() ?? 0;
        var (error, failed) = await TryPublishAsync(request.PubSubName, request.Topic, built.Value, cancellationToken);
        _sidecar.Metrics?.PublishedInBulk(
            request.PubSubName, request.Topic, error is null && failed is null, error is null ? built.Value.Count - (failed?.Count ?? 0) : 0, start);
        if (failed is not null)
        {
            return ApiResult.Ok<IReadOnlyList<BulkPublishFailure>>(failed.Select(entry => new BulkPublishFailure(request.Entries[entry.Key].EntryId, entry.Value)).ToList());
        }

        return error switch
        {
            null => ApiResult.Ok<IReadOnlyList<BulkPublishFailure>>([]),
            { Code: "ERR_PUBSUB_PUBLISH_MESSAGE" } => ApiResult.Ok<IReadOnlyList<BulkPublishFailure>>(
                request.Entries.Select(entry => new BulkPublishFailure(entry.EntryId, error.Details!.Metadata!["error"])).ToList()),
            _ => error,
        };
    }

    /// <summary>Whether component and topic can be published to, scopes aside; null: yes.</summary>
    internal ApiError? CheckTarget(string pubSubName, string topic)
    {
        if (pubSubName.Length == 0)
        {
            return ApiErrors.PubSubNameEmpty();
        }

        if (!_targets.ContainsKey(pubSubName))
        {
            return ApiErrors.PubSubNotFound(pubSubName);
        }

        return topic.Length == 0 ? ApiErrors.PubSubTopicEmpty(pubSubName) : null;
    }

    /// <summary>Publishes finished messages, dead letters too, through the scopes of the app.</summary>
    internal async ValueTask<ApiError?> PublishMessagesAsync(
        string pubSubName,
        string topic,
        IReadOnlyList<PubSubMessage> messages,
        CancellationToken cancellationToken) => (await TryPublishAsync(pubSubName, topic, messages, cancellationToken)).Error;

    internal Target? Find(string pubSubName) => _targets.GetValueOrDefault(pubSubName);

    private async ValueTask<(ApiError? Error, IReadOnlyDictionary<int, string>? Failed)> TryPublishAsync(
        string pubSubName,
        string topic,
        IReadOnlyList<PubSubMessage> messages,
        CancellationToken cancellationToken)
    {
        var target = _targets[pubSubName];
        if (!target.Publishing.Allows(topic))
        {
            return (ApiErrors.PubSubForbidden(pubSubName, topic, _sidecar.Options.AppId), null);
        }

        if (messages.Count == 0)
        {
            return (null, null);
        }

        try
        {
            await target.Component.PublishAsync(target.TopicPrefix + topic, messages, cancellationToken);
            return (null, null);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return (ApiErrors.PubSubPublish(pubSubName, topic, exception.Message), (exception as PartlyPublishedException)?.Failed);
        }
    }

    private static bool HaveIds(IReadOnlyList<BulkPublishEntry> entries)
    {
        var seen = new HashSet<string>(entries.Count, StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            if (entry.EntryId.Length == 0 || !seen.Add(entry.EntryId))
            {
                return false;
            }
        }

        return true;
    }

    private ApiResult<IReadOnlyList<PubSubMessage>> Envelopes(BulkPublishRequest request)
    {
        var bytes = 0;
        foreach (var entry in request.Entries)
        {
            bytes = checked(bytes + entry.Data.Length);
        }

        using var batch = NewBatch(request.PubSubName, request.Topic, request.Trace, request.Entries.Count, bytes);
        foreach (var entry in request.Entries)
        {
            var metadata = PublishMetadata.OfEntry(request.Metadata, entry.Metadata);
            if (batch.Add(entry.Data, entry.ContentType, metadata, request.Head == PublishHead.Grpc) is { } error)
            {
                return error;
            }
        }

        return ApiResult.Ok(batch.ToMessages());
    }

    /// <summary><c>rawPayload</c> counts for all entries, but only when the request says it (recorded: grpc-pubsub-bulk-metadata).</summary>
    private static ApiResult<IReadOnlyList<PubSubMessage>> RawMessages(BulkPublishRequest request) => ApiResult.Ok<IReadOnlyList<PubSubMessage>>(
        request.Entries
            .Select(entry => new PubSubMessage(entry.Data, entry.ContentType, PublishMetadata.OfEntry(request.Metadata, entry.Metadata)))
            .ToList());

    private CloudEventBatch NewBatch(string pubSubName, string topic, PublishTrace? trace, int entries, int dataBytes) =>
        new(_sidecar.Options.AppId, pubSubName, topic, trace, _sidecar.Time.GetUtcNow(), entries, dataBytes);

    /// <summary>Over gRPC raw messages carry the call's trace beside them, since they have no envelope for it (recorded: grpc-pubsub-raw).</summary>
    private static Dictionary<string, string> WithTrace(IReadOnlyDictionary<string, string> metadata, PublishTrace? trace) =>
        new(metadata, StringComparer.Ordinal) { ["traceid"] = trace?.Parent ?? string.Empty, ["traceparent"] = trace?.Parent ?? NoTraceParent };

    /// <summary>A component as one app sees it.</summary>
    internal sealed class Target(Loaded<IPubSubComponent> loaded, Sidecar sidecar)
    {
        public IPubSubComponent Component { get; } = loaded.Instance;

        public TopicScopes Publishing { get; } = TopicScopes.ForPublishing(loaded.Spec.Metadata, sidecar.Options.AppId);

        public TopicScopes Subscribing { get; } = TopicScopes.ForSubscribing(loaded.Spec.Metadata, sidecar.Options.AppId);

        /// <summary>A subscription as the component is asked for it.</summary>
        public PubSubSubscription Wanted(AppSubscription subscription) => new()
        {
            Topic = TopicPrefix + subscription.Topic,
            ConsumerId = ConsumerId,
            BatchMax = subscription.Bulk?.MessagesMax ?? 1,
            BatchWait = subscription.Bulk?.AwaitMax ?? TimeSpan.Zero,
            DeadLetterTopic = subscription.DeadLetterTopic is { } letters ? TopicPrefix + letters : null,
        };

        public string ConsumerId { get; } = loaded.Spec.Metadata.Text("consumerID") ?? sidecar.Options.AppId;

        /// <summary>
        /// Put before topic names at the broker: the namespace, without separator, when any metadata value of the component mentions it
        /// (contract section 4.9).
        /// </summary>
        public string TopicPrefix { get; } = sidecar.Resources.Components
            .Where(resource => resource.Spec.Name == loaded.Spec.Name)
            .Any(resource => resource.Entries.Any(entry => entry.Value?.Contains("{namespace}", StringComparison.Ordinal) == true))
                ? sidecar.Options.Namespace
                : string.Empty;
    }
}
