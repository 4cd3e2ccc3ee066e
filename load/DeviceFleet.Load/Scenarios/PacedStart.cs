namespace DeviceFleet.Load.Scenarios;

/// <summary>Begins many things one after another on a schedule that waits for none of them: how long one takes delays no other.</summary>
internal static class PacedStart
{
    /// <summary>Begins <paramref name="count"/> things evenly over <paramref name="span"/> and waits for all. Each is told the moment that it was meant for.</summary>
    /// <param name="count">How many.</param>
    /// <param name="span">Over what time.</param>
    /// <param name="begin">Begins the one of a number, from 0; the second argument is a timestamp of <paramref name="time"/>.</param>
    /// <param name="time">Clock.</param>
    /// <param name="cancellationToken">Begins no more; what was begun is waited for.</param>
    public static async Task RunAsync(int count, TimeSpan span, Func<int, long, Task> begin, TimeProvider time, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var begun = new List<Task>(count);
        for (var number = 0; number < count; number++)
        {
            var after = span * ((double)number / count);
            var wait = after - time.GetElapsedTime(start);
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            if (cancellationToken.IsCancellationRequested)
            {
                break;
            }

            begun.Add(begin(number, start + (long)(after.TotalSeconds * time.TimestampFrequency)));
        }

        await Task.WhenAll(begun);
    }
}
