using System.Diagnostics;
using System.Globalization;
using EmbeddedDapr.PubSub;

namespace DeviceFleet.Benchmarks;

/// <summary>Durable publish and delivery: bulk of 100 to two consumers that read at the same time, then single messages.</summary>
internal sealed class PubSubThroughput : IBenchmark
{
    private const int DataBytes = 300;
    private const int Bulk = 100;
    private const int Consumers = 2;

    public string Name => "pubsub";

    public async Task RunAsync(BenchmarkContext context)
    {
        foreach (var (publishers, bulk, consumers) in ((int, int, int)[])[(1, Bulk, 1), (8, Bulk, 1), (8, Bulk, Consumers), (1, 1, 1), (64, 1, 1)])
        {
            var folder = Path.Combine(context.Folder, $"{publishers}-{bulk}-{consumers}");
            await MeasureAsync(folder, publishers, bulk, consumers, context);
        }
    }

    private static async Task MeasureAsync(string folder, int publishers, int bulk, int consumers, BenchmarkContext context)
    {
        await using var pubsub = await StorageComponents.PubSubAsync(folder);
        var delivered = new long[consumers];
        List<IAsyncDisposable> subscriptions = [];
        for (var i = 0; i < consumers; i++)
        {
            var consumer = i;
            subscriptions.Add(await pubsub.SubscribeAsync(
                new PubSubSubscription { Topic = "telemetry", ConsumerId = $"consumer-{i}", BatchMax = bulk > 1 ? 500 : 1 },
                (deliveries, _) =>
                {
                    Interlocked.Add(ref delivered[consumer], deliveries.Count);
                    return ValueTask.FromResult<IReadOnlyList<DeliveryVerdict>>(new DeliveryVerdict[deliveries.Count]); // Settled is the zero
                },
                CancellationToken.None));
        }

        var message = new PubSubMessage(new byte[DataBytes], "application/cloudevents+json");
        var batch = Enumerable.Repeat(message, bulk).ToArray();
        long published = 0;
        var clock = Stopwatch.StartNew();
        var result = await ClosedLoop.RunAsync(
            publishers,
            context.Duration,
            async (_, _) =>
            {
                await pubsub.PublishAsync("telemetry", batch, CancellationToken.None);
                Interlocked.Add(ref published, bulk);
            },
            bulk);

        // The rate that counts is the one at which all of it has arrived, not the one at which it was accepted.
        while (delivered.Any(count => Interlocked.Read(ref count) < published))
        {
            await Task.Yield();
        }

        var arrived = published / clock.Elapsed.TotalSeconds;
        foreach (var subscription in subscriptions)
        {
            await subscription.DisposeAsync();
        }

        await context.Output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"bulk {bulk,3}, {consumers} consumers: publish {result}; published and delivered {arrived,9:N0}/s"));
    }
}
