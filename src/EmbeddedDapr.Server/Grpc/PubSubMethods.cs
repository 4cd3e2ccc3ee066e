using EmbeddedDapr.PubSub;
using EmbeddedDapr.Runtime;
using EmbeddedDapr.Server.Http;
using Google.Protobuf.WellKnownTypes;
using Proto = global::Dapr.Client.Autogen.Grpc.v1;

namespace EmbeddedDapr.Server.Grpc;

/// <summary>The rpcs of the publish API (contract section 4.1).</summary>
internal static class PubSubMethods
{
    internal static IReadOnlyList<UnaryMethod> Table { get; } =
    [
        new CalledMethod<Proto.PublishEventRequest, Empty>("PublishEvent", Proto.PublishEventRequest.Parser, PublishAsync),
        new CalledMethod<Proto.BulkPublishRequest, Proto.BulkPublishResponse>("BulkPublishEvent", Proto.BulkPublishRequest.Parser, BulkPublishAsync),
        new CalledMethod<Proto.BulkPublishRequest, Proto.BulkPublishResponse>("BulkPublishEventAlpha1", Proto.BulkPublishRequest.Parser, BulkPublishAsync),
    ];

    private static async ValueTask<ApiResult<Empty>> PublishAsync(Sidecar sidecar, Proto.PublishEventRequest request, HttpContext? call, CancellationToken cancellationToken)
    {
        var error = await sidecar.PubSub.PublishAsync(
            new()
            {
                PubSubName = request.PubsubName,
                Topic = request.Topic,
                Data = request.Data.Memory,
                ContentType = request.DataContentType,
                Metadata = request.Metadata,
                Head = PublishHead.Grpc,
                Trace = call is null ? null : CallTrace.Of(call, sidecar),
            },
            cancellationToken);
        return error is null ? new Empty() : error;
    }

    private static async ValueTask<ApiResult<Proto.BulkPublishResponse>> BulkPublishAsync(
        Sidecar sidecar,
        Proto.BulkPublishRequest request,
        HttpContext? call,
        CancellationToken cancellationToken)
    {
        var entries = new BulkPublishEntry[request.Entries.Count];
        for (var index = 0; index < entries.Length; index++)
        {
            var entry = request.Entries[index];
            entries[index] = new(entry.EntryId, entry.Event.Memory, entry.ContentType, entry.Metadata.Count == 0 ? null : entry.Metadata);
        }

        var result = await sidecar.PubSub.BulkPublishAsync(
            new()
            {
                PubSubName = request.PubsubName,
                Topic = request.Topic,
                Entries = entries,
                Metadata = request.Metadata,
                Head = PublishHead.Grpc,
                Trace = call is null ? null : CallTrace.Of(call, sidecar),
            },
            cancellationToken);
        if (result.Error is { } error)
        {
            return error;
        }

        // Entries that failed make the whole call fail, without naming them (contract section 4.1).
        return result.Value is [var first, ..] ? ApiErrors.PubSubPublish(request.PubsubName, request.Topic, first.Error) : new Proto.BulkPublishResponse();
    }
}
