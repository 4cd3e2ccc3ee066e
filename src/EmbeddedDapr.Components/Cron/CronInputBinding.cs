using System.Globalization;
using EmbeddedDapr.Bindings;
using EmbeddedDapr.Cron;
using Microsoft.Extensions.Logging;

namespace EmbeddedDapr.Components.Cron;

/// <summary>
/// Calls the app at the times of a schedule (contract section 5.6): an empty event, whose outcome does not matter. A tick does not wait for the one before; ticks that
/// were missed are not made up for, and one that finds too many others at the app is left out, so that a slow app is never flooded.
/// </summary>
internal sealed partial class CronInputBinding(ICronSchedule schedule, int overlapMax, TimeProvider time, ILogger logger) : IInputBinding
{
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _slots = new(overlapMax, overlapMax);
    private Task _running = Task.CompletedTask;

    /// <inheritdoc/>
    public ValueTask StartAsync(BindingHandler handler, CancellationToken cancellationToken)
    {
        _running = RunAsync(handler, cancellationToken);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    private async Task RunAsync(BindingHandler handler, CancellationToken cancellationToken)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, cancellationToken);
        try
        {
            while (schedule.Next(time.GetUtcNow()) is { } next)
            {
                await WaitUntilAsync(next, both.Token);
                if (await _slots.WaitAsync(0, both.Token))
                {
                    _ = TickAsync(handler);
                }
                else
                {
                    Log.LeftOut(logger, overlapMax);
                }
            }

            await Task.Delay(Timeout.InfiniteTimeSpan, time, both.Token);
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    /// <summary>A timer may come a little early, and takes no more than some weeks.</summary>
    private async Task WaitUntilAsync(DateTimeOffset due, CancellationToken cancellationToken)
    {
        var longest = TimeSpan.FromDays(1);
        while (due - time.GetUtcNow() is { Ticks: > 0 } rest)
        {
            await Task.Delay(rest < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : rest < longest ? rest : longest, time, cancellationToken);
        }
    }

    private async Task TickAsync(BindingHandler handler)
    {
        try
        {
            var now = time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.FFFFFFF' +0000 UTC'", CultureInfo.InvariantCulture);
            await handler(new BindingEvent(default, new Dictionary<string, string>(2) { ["timeZone"] = "Local", ["readTimeUTC"] = now }), _stop.Token);
        }
        catch (Exception exception)
        {
            // Broad: the ticks go on whatever becomes of one.
            Log.TickFailed(logger, exception);
        }
        finally
        {
            _slots.Release();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3400, LogLevel.Warning, "A tick is left out: {Running} earlier ones are still at the app.")]
        public static partial void LeftOut(ILogger logger, int running);

        [LoggerMessage(3401, LogLevel.Warning, "A tick failed.")]
        public static partial void TickFailed(ILogger logger, Exception exception);
    }
}
