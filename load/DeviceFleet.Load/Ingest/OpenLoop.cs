namespace DeviceFleet.Load.Ingest;

/// <summary>
/// Makes messages at a fixed total rate, to the devices in turn, each with the moment it was meant for. The schedule does not wait for
/// anyone: a server that stalls finds the messages of the stall waiting, and each one's latency counts from its own moment, which is what
/// "coordinated omission" leaves out.
/// </summary>
/// <param name="devices">How many devices take turns.</param>
/// <param name="messagesPerSecond">Of all of them together.</param>
/// <param name="offer">Takes a device's place in the order, and the moment of its message.</param>
/// <param name="time">The clock; the schedule counts from now.</param>
internal sealed class OpenLoop(int devices, double messagesPerSecond, Action<int, long> offer, TimeProvider time)
{
    private static readonly TimeSpan Grain = TimeSpan.FromMilliseconds(1);

    private readonly long _start = time.GetTimestamp();
    private long _made;

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            OfferWhatIsDue();
            await Task.Delay(Grain, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    internal void OfferWhatIsDue()
    {
        var due = (long)(time.GetElapsedTime(_start).TotalSeconds * messagesPerSecond);
        for (; _made < due; _made++)
        {
            var intended = _start + (long)Math.Round(_made / messagesPerSecond * time.TimestampFrequency);
            offer((int)(_made % devices), intended);
        }
    }
}
