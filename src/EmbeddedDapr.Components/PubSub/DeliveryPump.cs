using System.Threading.Channels;
using EmbeddedDapr.PubSub;
using Microsoft.Extensions.Logging;

namespace EmbeddedDapr.Components.PubSub;

/// <summary>Is told what became of messages.</summary>
internal interface IDeliverySource
{
    /// <summary>Ready and waiting messages.</summary>
    DeliveryQueue Queue { get; }

    /// <summary>These will never be delivered again. Thread safe, quick.</summary>
    void Settle(IReadOnlyList<PendingDelivery> settled);
}

/// <summary>
/// One subscription: takes what is ready, calls the handler, settles or retries. Stopping takes nothing new, waits for the handlers that run, and gives back
/// what was taken and not handed over. A batch is one call at a time; single deliveries run side by side.
/// </summary>
internal sealed partial class DeliveryPump : IAsyncDisposable
{
    private readonly PubSubSubscription _subscription;
    private readonly IDeliverySource _source;
    private readonly DeliveryHandler _handler;
    private readonly int _attemptsMax;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationToken _aborting;
    private readonly Task _workers;

    /// <summary>Starts.</summary>
    /// <param name="subscription">Topic, batch, concurrency.</param>
    /// <param name="source">Where messages come from.</param>
    /// <param name="handler">Who handles them.</param>
    /// <param name="attemptsMax">Deliveries a message gets before it is given up.</param>
    /// <param name="workers">Handler calls at one time.</param>
    /// <param name="time">For the waiting of batches.</param>
    /// <param name="logger">Logger.</param>
    /// <param name="aborting">Passed to handlers: the component is going down without waiting for subscriptions to stop.</param>
    public DeliveryPump(
        PubSubSubscription subscription,
        IDeliverySource source,
        DeliveryHandler handler,
        int attemptsMax,
        int workers,
        TimeProvider time,
        ILogger logger,
        CancellationToken aborting)
    {
        _subscription = subscription;
        _source = source;
        _handler = handler;
        _attemptsMax = attemptsMax;
        _time = time;
        _logger = logger;
        _aborting = aborting;
        _workers = Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Task.Run(WorkAsync)));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _workers;
        _stopping.Dispose();
    }

    private async Task WorkAsync()
    {
        List<PendingDelivery> batch = new(_subscription.BatchMax);
        while (await TakeAsync(batch))
        {
            var verdicts = await HandleAsync(batch);
            Apply(batch, verdicts);
            batch.Clear();
        }
    }

    /// <summary>Fills the batch; false: stopped, and nothing was taken.</summary>
    private async ValueTask<bool> TakeAsync(List<PendingDelivery> batch)
    {
        try
        {
            do
            {
                // ReadAsync, not WaitToReadAsync: one message wakes one worker.
                batch.Add(await _source.Queue.Ready.ReadAsync(_stopping.Token));
                Drain(batch);
            }
            while (_subscription.BatchWait > TimeSpan.Zero && (batch.Count < _subscription.BatchMax || _subscription.BatchMax == 1) && !await FillAsync(batch));
            return true;
        }
        catch (Exception stopped) when (stopped is OperationCanceledException or ChannelClosedException)
        {
            return false;
        }
    }

    private void Drain(List<PendingDelivery> batch)
    {
        while (batch.Count < _subscription.BatchMax && _source.Queue.Ready.TryRead(out var delivery))
        {
            batch.Add(delivery);
        }
    }

    /// <summary>Waits for the rest of a batch, up to the time it may take; false: stopped meanwhile, and all of it was given back.</summary>
    private async ValueTask<bool> FillAsync(List<PendingDelivery> batch)
    {
        using var wait = new CancellationTokenSource(_subscription.BatchWait, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(wait.Token, _stopping.Token);
        try
        {
            if (_subscription.BatchMax == 1)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, _time, either.Token); // a batch of one waits for its time too
            }

            while (batch.Count < _subscription.BatchMax && await _source.Queue.Ready.WaitToReadAsync(either.Token))
            {
                Drain(batch);
            }
        }
        catch (OperationCanceledException) when (!_stopping.IsCancellationRequested)
        {
            return true; // time is up
        }
        catch (OperationCanceledException)
        {
            batch.ForEach(_source.Queue.Offer);
            batch.Clear();
            return false;
        }

        return true;
    }

    private async ValueTask<IReadOnlyList<DeliveryVerdict>> HandleAsync(List<PendingDelivery> batch)
    {
        var deliveries = new PubSubDelivery[batch.Count];
        for (var i = 0; i < deliveries.Length; i++)
        {
            deliveries[i] = batch[i].ToDelivery();
        }

        try
        {
            return await _handler(deliveries, _aborting);
        }
        catch (Exception failure)
        {
            // The loop must go on: a failed handler is a failed delivery, and the back-off paces it.
            Log.HandlerThrew(_logger, failure, _subscription.Topic, _subscription.ConsumerId);
            return [];
        }
    }

    private void Apply(List<PendingDelivery> batch, IReadOnlyList<DeliveryVerdict> verdicts)
    {
        List<PendingDelivery>? settled = null;
        for (var i = 0; i < batch.Count; i++)
        {
            var delivery = batch[i];
            if (i >= verdicts.Count || verdicts[i] == DeliveryVerdict.Failed)
            {
                if (delivery.Attempt < _attemptsMax)
                {
                    _source.Queue.RetryLater(delivery);
                    continue;
                }

                ComponentMetrics.Dropped.Add(1, new KeyValuePair<string, object?>("topic", _subscription.Topic));
                Log.GivenUp(_logger, delivery.Id, _subscription.Topic, _subscription.ConsumerId, delivery.Attempt);
            }

            (settled ??= new List<PendingDelivery>(batch.Count)).Add(delivery);
        }

        if (settled is not null)
        {
            _source.Settle(settled);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4100, LogLevel.Warning, "The handler of {Topic} for {Consumer} threw; its deliveries count as failed")]
        public static partial void HandlerThrew(ILogger logger, Exception failure, string topic, string consumer);

        [LoggerMessage(4101, LogLevel.Error, "Message {Id} of {Topic} is dropped for {Consumer}: {Attempts} deliveries failed and nobody took it to a dead-letter topic")]
        public static partial void GivenUp(ILogger logger, long id, string topic, string consumer, int attempts);
    }
}
