using System.Text.Json;
using AppProto = global::Dapr.AppCallback.Autogen.Grpc.v1;

namespace EmbeddedDapr.Server.Apps;

/// <summary>A gRPC app's subscriptions as an HTTP app answers them to <c>GET /dapr/subscribe</c> (contract section 4.4).</summary>
internal static class AppSubscriptions
{
    // An app that gives no route gets its events all the same: over gRPC there is one method for all of them.
    private const string AnyPath = "/";

    public static void Write(Utf8JsonWriter writer, AppProto.TopicSubscription subscription)
    {
        writer.WriteStartObject();
        writer.WriteString("pubsubname"u8, subscription.PubsubName);
        writer.WriteString("topic"u8, subscription.Topic);
        if (subscription.DeadLetterTopic.Length > 0)
        {
            writer.WriteString("deadLetterTopic"u8, subscription.DeadLetterTopic);
        }

        writer.WriteStartObject("metadata"u8);
        foreach (var (name, value) in subscription.Metadata)
        {
            writer.WriteString(name, value);
        }

        writer.WriteEndObject();
        writer.WriteStartObject("routes"u8);
        writer.WriteStartArray("rules"u8);
        foreach (var rule in subscription.Routes?.Rules ?? [])
        {
            writer.WriteStartObject();
            writer.WriteString("match"u8, rule.Match);
            writer.WriteString("path"u8, rule.Path);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteString("default"u8, subscription.Routes?.Default is { Length: > 0 } path ? path : subscription.Routes is { Rules.Count: > 0 } ? string.Empty : AnyPath);
        writer.WriteEndObject();
        if (subscription.BulkSubscribe is { Enabled: true } bulk)
        {
            writer.WriteStartObject("bulkSubscribe"u8);
            writer.WriteBoolean("enabled"u8, true);
            if (bulk.MaxMessagesCount > 0)
            {
                writer.WriteNumber("maxMessagesCount"u8, bulk.MaxMessagesCount);
            }

            if (bulk.MaxAwaitDurationMs > 0)
            {
                writer.WriteNumber("maxAwaitDurationMs"u8, bulk.MaxAwaitDurationMs);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }
}
