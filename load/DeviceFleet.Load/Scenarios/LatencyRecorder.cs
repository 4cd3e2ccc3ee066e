using DeviceFleet.Load.Reports;
using HdrHistogram;

namespace DeviceFleet.Load.Scenarios;

/// <summary>Times, from many threads.</summary>
internal sealed class LatencyRecorder
{
    private static readonly long UsMax = (long)TimeSpan.FromHours(1).TotalMicroseconds;

    private readonly LongHistogram _us = new(UsMax, 3);
    private readonly Lock _lock = new();

    public void Record(TimeSpan elapsed)
    {
        var us = Math.Clamp((long)elapsed.TotalMicroseconds, 1, UsMax);
        lock (_lock)
        {
            _us.RecordValue(us);
        }
    }

    /// <summary>What was recorded; null: nothing.</summary>
    public LatencyMs? Read()
    {
        lock (_lock)
        {
            return LatencyMs.From(_us);
        }
    }
}
