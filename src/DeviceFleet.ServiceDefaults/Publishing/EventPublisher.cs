using System.Threading.Channels;
using Dapr.Client;
using DeviceFleet.Contracts.Messaging;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DeviceFleet.ServiceDefaults.Publishing;

/// <summary>
/// Publishes the events of one topic in bulk, greedily: each bulk call carries whatever gathered while those before were under way, so a lone event waits for
/// nobody and a flood costs few calls. Several calls run at once, or a batch's size and the disk's latency would bound the rate; they may overtake each other, which
/// consumers have to expect of redelivery anyway. Who publishes hears when its events are durable.
/// </summary>
/// <typeparam name="TEvent">The kind of event.</typeparam>
/// <param name="topic">Where they go.</param>
/// <param name="dapr">Who publishes.</param>
/// <param name="options">Bounds.</param>
/// <param name="time">Clock.</param>
/// <param name="logger">Log.</param>
public sealed partial class EventPublisher<TEvent>(
    EventTopic<TEvent> topic, DaprClient dapr, IOptions<PublishingOptions> options, TimeProvider time, ILogger<EventPublisher<TEvent>> logger) : BackgroundService
{
    private readonly PublishingOptions _options = options.Value;
    private readonly Dictionary<string, string> _metadata = new() { ["cloudevent.type"] = topic.EventType };
    private readonly Channel<Pending> _queue = Channel.CreateBounded<Pending>(
        new BoundedChannelOptions(options.Value.QueueMax) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });

    /// <summary>Ends when all of these are durable in the topic.</summary>
    /// <exception cref="Dapr.DaprException">The bulk call failed; as the runtime answers for a call as a whole, any of them may be in the topic or not.</exception>
    /// <exception cref="ChannelClosedException">The service is stopping.</exception>
    public async Task PublishAsync(IReadOnlyList<TEvent> events, CancellationToken cancellationToken)
    {
        if (events.Count == 0)
        {
            return;
        }

        var published = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await _queue.Writer.WriteAsync(new Pending(events, published), cancellationToken);
        await published.Task;
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // What was accepted before is still published: the loop ends when the queue is empty.
        _queue.Writer.TryComplete();
        if (ExecuteTask is { } loop)
        {
            await loop.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await base.StopAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var calls = new SemaphoreSlim(_options.CallsMax, _options.CallsMax);

        // Not bound to the token: it would drop what waits. StopAsync ends the queue instead.
        while (await _queue.Reader.WaitToReadAsync(CancellationToken.None))
        {
            // Before gathering: what comes while all calls are under way goes with the next one.
            await calls.WaitAsync(CancellationToken.None);
            var batch = new List<Pending>();
            var events = new List<TEvent>();
            while (events.Count < _options.BatchMax && _queue.Reader.TryRead(out var pending))
            {
                batch.Add(pending);
                events.AddRange(pending.Events);
            }

            _ = PublishAndReleaseAsync(batch, events, calls);
        }

        for (var call = 0; call < _options.CallsMax; call++)
        {
            await calls.WaitAsync(CancellationToken.None);
        }
    }

    // Never throws: PublishBatchAsync hands every fault to those who wait.
    private async Task PublishAndReleaseAsync(List<Pending> batch, List<TEvent> events, SemaphoreSlim calls)
    {
        await PublishBatchAsync(batch, events);
        calls.Release();
    }

    private async Task PublishBatchAsync(List<Pending> batch, List<TEvent> events)
    {
        try
        {
            using var timeout = new CancellationTokenSource(_options.Timeout, time);
            var answer = await dapr.BulkPublishEventAsync(DaprNames.PubSub, topic.Name, events, _metadata, timeout.Token);
            if (answer.FailedEntries.Count > 0)
            {
                throw new Dapr.DaprException($"{answer.FailedEntries.Count} of {events.Count} events were not published: {answer.FailedEntries[0].ErrorMessage}");
            }
        }
        catch (Exception exception)
        {
            // The loop must go on; each waiter gets the fault and leaves its message unacknowledged.
            Log.Failed(logger, exception, events.Count, topic.Name);
            foreach (var pending in batch)
            {
                pending.Published.SetException(exception);
            }

            return;
        }

        foreach (var pending in batch)
        {
            pending.Published.SetResult();
        }
    }

    private sealed record Pending(IReadOnlyList<TEvent> Events, TaskCompletionSource Published);

    private static partial class Log
    {
        [LoggerMessage(200, LogLevel.Warning, "{Count} events were not published to topic {Topic}; who sent them will send again.")]
        public static partial void Failed(ILogger logger, Exception exception, int count, string topic);
    }
}

/// <summary>Where events of a kind go, and what they are called there.</summary>
/// <typeparam name="TEvent">The kind.</typeparam>
/// <param name="Name">Topic.</param>
/// <param name="EventType">CloudEvents <c>type</c>.</param>
public sealed record EventTopic<TEvent>(string Name, string EventType);
