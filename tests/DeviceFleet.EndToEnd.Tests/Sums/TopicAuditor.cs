using System.Text.Json;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using EmbeddedDapr.Components;
using EmbeddedDapr.PubSub;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceFleet.EndToEnd.Tests.Sums;

/// <summary>
/// A consumer of durable topics that nobody of the fleet knows. It makes itself known before the fleet starts, so that they keep everything for it, and reads all of it when the
/// fleet has ended.
/// </summary>
internal static class TopicAuditor
{
    private const string ConsumerId = "auditor";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Makes the consumer known: from now on the topics keep what it has not read.</summary>
    public static async Task RegisterAsync(string database, params IReadOnlyList<string> topics)
    {
        await using var pubSub = await OpenAsync(database);
        foreach (var topic in topics)
        {
            await using var subscription = await pubSub.SubscribeAsync(Subscription(topic), static (deliveries, _) => Settled(deliveries), CancellationToken.None);
        }
    }

    /// <summary>All samples in the topic, in order, each once for each time it was published.</summary>
    public static async Task<IReadOnlyList<TelemetryEvent>> ReadTelemetryAsync(string database) =>
        [.. (await ReadAllAsync(database, PubSubTopics.Telemetry)).Select(telling => telling.Data.Deserialize(ContractsJson.Default.TelemetryEvent)!)];

    /// <summary>Everything in a topic, in order, each once for each time it was published.</summary>
    public static async Task<IReadOnlyList<(string Type, JsonElement Data)>> ReadAllAsync(string database, string topic)
    {
        var events = new List<(string, JsonElement)>();
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var endMark = Guid.NewGuid().ToString();
        await using var pubSub = await OpenAsync(database);
        var mark = new PubSubMessage(JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["id"] = endMark }), "application/json");
        await pubSub.PublishAsync(topic, [mark], CancellationToken.None);
        await using var subscription = await pubSub.SubscribeAsync(Subscription(topic), Take, CancellationToken.None);
        await end.Task.WaitAsync(Patience);
        return events;

        ValueTask<IReadOnlyList<DeliveryVerdict>> Take(IReadOnlyList<PubSubDelivery> deliveries, CancellationToken cancellationToken)
        {
            foreach (var delivery in deliveries)
            {
                using var envelope = JsonDocument.Parse(delivery.Message.Data);
                if (envelope.RootElement.GetProperty("id").GetString() == endMark)
                {
                    end.TrySetResult();
                }
                else
                {
                    events.Add((envelope.RootElement.GetProperty("type").GetString()!, envelope.RootElement.GetProperty("data").Clone()));
                }
            }

            return Settled(deliveries);
        }
    }

    private static PubSubSubscription Subscription(string topic) => new() { Topic = topic, ConsumerId = ConsumerId, BatchMax = 500 };

    private static ValueTask<IReadOnlyList<DeliveryVerdict>> Settled(IReadOnlyList<PubSubDelivery> deliveries) =>
        ValueTask.FromResult<IReadOnlyList<DeliveryVerdict>>([.. Enumerable.Repeat(DeliveryVerdict.Settled, deliveries.Count)]);

    private static ValueTask<IPubSubComponent> OpenAsync(string database)
    {
        var spec = new ComponentSpec
        {
            Name = DaprNames.PubSub,
            Type = "pubsub.sqlite",
            Metadata = new ComponentMetadata([new("connectionString", database)]),
        };
        var context = new ComponentContext
        {
            AppId = ConsumerId,
            Namespace = "default",
            Time = TimeProvider.System,
            Loggers = NullLoggerFactory.Instance,
            Environment = static _ => null,
            BaseDirectory = Path.GetDirectoryName(database)!,
        };
        return BuiltInComponents.Catalog().PubSubs[spec.Type](spec, context, CancellationToken.None);
    }
}
