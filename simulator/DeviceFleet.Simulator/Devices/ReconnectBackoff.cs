namespace DeviceFleet.Simulator.Devices;

/// <summary>Exponential back-off with full jitter: evenly between nothing and a ceiling that doubles with each failure, up to a bound.</summary>
internal readonly record struct ReconnectBackoff(TimeSpan First, TimeSpan Max)
{
    /// <summary>How long to wait after <paramref name="failures"/> failures in a row (from 1), given an even draw from [0, 1).</summary>
    public TimeSpan Delay(int failures, double draw)
    {
        var doublings = Math.Clamp(failures - 1, 0, 30); // 2^30 times any sensible First is beyond any sensible Max
        var ceiling = Math.Min(Max.TotalMilliseconds, First.TotalMilliseconds * (1L << doublings));
        return TimeSpan.FromMilliseconds(ceiling * draw);
    }
}
