namespace EmbeddedDapr;

/// <content>Rows of the publish API (contract section 4.1).</content>
public static partial class ApiErrors
{
    private const string PubSub = "pubsub";

    internal static ApiError PubSubNameEmpty() =>
        PubSubError("ERR_PUBSUB_EMPTY", "pubsub name is empty", 404, GrpcCode.InvalidArgument, "DAPR_PUBSUB_NAME_EMPTY", string.Empty, null);

    internal static ApiError PubSubNotFound(string pubSubName) => new(
        "ERR_PUBSUB_NOT_FOUND",
        $"pubsub {pubSubName} is not found",
        404,
        GrpcCode.InvalidArgument,
        new("DAPR_PUBSUB_NOT_FOUND", new Dictionary<string, string>()));

    internal static ApiError PubSubTopicEmpty(string pubSubName) => PubSubError(
        "ERR_TOPIC_NAME_EMPTY",
        $"topic is empty in pubsub {pubSubName}",
        404,
        GrpcCode.InvalidArgument,
        "DAPR_PUBSUB_TOPIC_NAME_EMPTY",
        pubSubName,
        null);

    internal static ApiError PubSubMetadata(string pubSubName, string why, IReadOnlyDictionary<string, string> metadata) => PubSubError(
        "ERR_PUBSUB_REQUEST_METADATA",
        $"failed deserializing metadata. Error: {why}",
        400,
        GrpcCode.InvalidArgument,
        "DAPR_PUBSUB_METADATA_DESERIALIZATION",
        pubSubName,
        metadata);

    internal static ApiError PubSubCloudEventCreation(string pubSubName, string appId, string why) => PubSubError(
        "ERR_PUBSUB_CLOUD_EVENTS_SER",
        "cannot create cloudevent",
        500,
        GrpcCode.InvalidArgument,
        "DAPR_PUBSUB_CLOUD_EVENT_CREATION",
        pubSubName,
        new Dictionary<string, string> { ["appID"] = appId, ["error"] = why });

    internal static ApiError PubSubEntryIds(string pubSubName, string topic, string appId)
    {
        const string Why = "entryId is duplicated or not present for entry";
        return PubSubError(
            "ERR_PUBSUB_EVENTS_SER",
            $"error marshaling events to bytes for topic {topic} pubsub {pubSubName}. error: {Why}",
            400,
            GrpcCode.InvalidArgument,
            "DAPR_PUBSUB_MARSHAL_EVENTS",
            pubSubName,
            new Dictionary<string, string> { ["appID"] = appId, ["error"] = Why });
    }

    internal static ApiError PubSubEntryMismatch(string pubSubName, string topic, string appId)
    {
        const string Why = "error: mismatch between contentType and event";
        return PubSubError(
            "ERR_PUBSUB_EVENTS_SER",
            $"error when marshalling cloud event envelope for topic {topic} pubsub {pubSubName}: {Why}",
            400,
            GrpcCode.InvalidArgument,
            "DAPR_PUBSUB_MARSHAL_ENVELOPE",
            pubSubName,
            new Dictionary<string, string> { ["appID"] = appId, ["error"] = Why });
    }

    internal static ApiError PubSubUnreadableEntries(string pubSubName, string topic, string appId, string why) => PubSubError(
        "ERR_PUBSUB_EVENTS_SER",
        $"error when unmarshaling the request for topic {topic} pubsub {pubSubName}: {why}",
        400,
        GrpcCode.InvalidArgument,
        "DAPR_PUBSUB_UNMARSHAL_EVENTS",
        pubSubName,
        new Dictionary<string, string> { ["appID"] = appId });

    internal static ApiError PubSubForbidden(string pubSubName, string topic, string appId)
    {
        var text = $"topic {topic} is not allowed for app id {appId}";
        return PubSubError(
            "ERR_PUBSUB_FORBIDDEN",
            text,
            403,
            GrpcCode.PermissionDenied,
            "DAPR_PUBSUB_FORBIDDEN",
            pubSubName,
            new Dictionary<string, string> { ["error"] = text, ["topic"] = topic });
    }

    internal static ApiError PubSubPublish(string pubSubName, string topic, string why) => PubSubError(
        "ERR_PUBSUB_PUBLISH_MESSAGE",
        $"error when publishing to topic {topic} in pubsub {pubSubName}: {why}",
        500,
        GrpcCode.Internal,
        "DAPR_PUBSUB_PUBLISH_MESSAGE",
        pubSubName,
        new Dictionary<string, string> { ["error"] = why, ["topic"] = topic });

    private static ApiError PubSubError(
        string code,
        string text,
        int httpStatus,
        GrpcCode grpc,
        string reason,
        string pubSubName,
        IReadOnlyDictionary<string, string>? metadata) =>
        new(code, text, httpStatus, grpc, new(reason, metadata, PubSub, pubSubName, text));
}
