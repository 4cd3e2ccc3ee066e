using System.Text.Json;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using EmbeddedDapr.Components;
using EmbeddedDapr.PubSub;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceFleet.EndToEnd.Tests.Sums;

/// <summary>
/// A consumer of the durable <c>telemetry</c> topic that nobody of the fleet knows. It makes itself known before the fleet starts, so that the topic keeps everything for it,
/// and reads all of it when the fleet has ended.
/// </summary>
internal static class TelemetryAuditor
{
    private const string ConsumerId = "auditor";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Makes the consumer known: from now on the topic keeps what it has not read.</summary>
    public static async Task RegisterAsync(string database)
    {
        await using var topic = await OpenAsync(database);
        await using var subscription = await topic.SubscribeAsync(Subscription, static (deliveries, _) => Settled(deliveries), CancellationToken.None);
    }

    /// <summary>Everything in the topic, in order, each once for each time it was published.</summary>
    public static async Task<IReadOnlyList<TelemetryEvent>> ReadAllAsync(string database)
    {
        var events = new List<TelemetryEvent>();
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var endMark = Guid.NewGuid().ToString();
        await using var topic = await OpenAsync(database);
        var mark = new PubSubMessage(JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["id"] = endMark }), "application/json");
        await topic.PublishAsync(PubSubTopics.Telemetry, [mark], CancellationToken.None);
        await using var subscription = await topic.SubscribeAsync(Subscription, Take, CancellationToken.None);
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
                    events.Add(envelope.RootElement.GetProperty("data").Deserialize(ContractsJson.Default.TelemetryEvent)!);
                }
            }

            return Settled(deliveries);
        }
    }

    private static PubSubSubscription Subscription { get; } = new() { Topic = PubSubTopics.Telemetry, ConsumerId = ConsumerId, BatchMax = 500 };

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
