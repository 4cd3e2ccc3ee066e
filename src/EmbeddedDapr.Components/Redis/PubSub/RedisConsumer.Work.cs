using EmbeddedDapr.PubSub;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace EmbeddedDapr.Components.Redis.PubSub;

internal sealed partial class RedisConsumer
{
    private async Task WorkAsync()
    {
        var batch = new List<RedisStreamEntry>(_subscription.BatchMax);
        while (await TakeAsync(batch))
        {
            await HandOverAsync(batch);
            batch.Clear();
        }
    }

    /// <summary>Fills the batch; false: stopped. What is in it then is given back with the rest.</summary>
    private async ValueTask<bool> TakeAsync(List<RedisStreamEntry> batch)
    {
        try
        {
            batch.Add(await _queue.Reader.ReadAsync(_stop.Token));
            if (_subscription.BatchMax == 1)
            {
                return true;
            }

            using var late = new CancellationTokenSource(_subscription.BatchWait, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _stop.Token);
            try
            {
                while (batch.Count < _subscription.BatchMax)
                {
                    batch.Add(await _queue.Reader.ReadAsync(either.Token));
                }
            }
            catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
            {
                // Time is up.
            }

            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async ValueTask HandOverAsync(List<RedisStreamEntry> batch)
    {
        var settled = new List<string>(batch.Count);
        try
        {
            var deliveries = batch.ConvertAll(entry => new PubSubDelivery(_subscription.Topic, new(entry.Data, ContentType), 1, 0));
            var verdicts = await _handler(deliveries, _aborting);
            for (var index = 0; index < batch.Count && index < verdicts.Count; index++)
            {
                if (verdicts[index] == DeliveryVerdict.Settled)
                {
                    settled.Add(batch[index].Id);
                }
            }

            if (settled.Count > 0)
            {
                await _stream.AcknowledgeAsync(settled);
            }
        }
        catch (Exception exception) when (settled.Count > 0 && exception is RedisException or TimeoutException or ObjectDisposedException)
        {
            Log.NotAcknowledged(_logger, exception, settled.Count, _subscription.Topic);
        }
        catch (Exception exception)
        {
            // Broad: a failed handler is a failed delivery, and the loop must go on.
            Log.HandlerThrew(_logger, exception, _subscription.Topic, _subscription.ConsumerId);
        }
        finally
        {
            batch.ForEach(entry => _held.TryRemove(entry.Id, out _));
        }
    }

    private async ValueTask GiveBackAsync()
    {
        if (_held.IsEmpty || !_settings.Redelivers)
        {
            return;
        }

        try
        {
            await _stream.GiveBackAsync([.. _held.Keys], _settings.ProcessingTimeout);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException)
        {
            Log.NotGivenBack(_logger, exception, _held.Count, _subscription.Topic);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4200, LogLevel.Warning, "Group {Consumer} of stream {Topic} is gone; it is made again")]
        public static partial void GroupGone(ILogger logger, string topic, string consumer);

        [LoggerMessage(4201, LogLevel.Warning, "Reading stream {Topic} failed; trying again in {Pause}")]
        public static partial void ReadFailed(ILogger logger, Exception exception, string topic, TimeSpan pause);

        [LoggerMessage(4202, LogLevel.Warning, "Looking for pending messages of stream {Topic} failed")]
        public static partial void ReclaimFailed(ILogger logger, Exception exception, string topic);

        [LoggerMessage(4203, LogLevel.Information, "Message {Id} of stream {Topic} is delivered to {Consumer} again")]
        public static partial void Again(ILogger logger, string id, string topic, string consumer);

        [LoggerMessage(4204, LogLevel.Warning, "{Count} messages of stream {Topic} are handled and could not be acknowledged; they come again")]
        public static partial void NotAcknowledged(ILogger logger, Exception exception, int count, string topic);

        [LoggerMessage(4205, LogLevel.Warning, "The handler of {Topic} for {Consumer} threw; its deliveries count as failed")]
        public static partial void HandlerThrew(ILogger logger, Exception exception, string topic, string consumer);

        [LoggerMessage(4206, LogLevel.Warning, "{Count} messages of stream {Topic} could not be given back; they come again after the processing timeout")]
        public static partial void NotGivenBack(ILogger logger, Exception exception, int count, string topic);
    }
}
