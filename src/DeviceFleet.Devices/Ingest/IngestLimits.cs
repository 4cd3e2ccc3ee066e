using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Devices.Ingest;

/// <summary>Bounds of what one device may send (DESIGN section 4).</summary>
/// <param name="ClockAheadMax">How far ahead of receipt a sample may say it was measured.</param>
/// <param name="SampleAgeMax">How long before receipt a sample may say it was measured.</param>
internal sealed record IngestLimits(TimeSpan ClockAheadMax, TimeSpan SampleAgeMax)
{
    /// <summary>Most metrics of one sample.</summary>
    public const int MetricsPerSampleMax = 64;

    /// <summary>Most different metric names of one device.</summary>
    public const int MetricsPerDeviceMax = 128;

    /// <summary>Longest metric name, in characters.</summary>
    public const int MetricNameLengthMax = 64;

    /// <summary>Why a sample is refused for its content, one of <see cref="RejectionReasons"/>; null: it is sound.</summary>
    public string? Fault(TelemetrySample sample, long receivedAt)
    {
        var sound = sample.Boot is null or >= 0
            && sample.Seq is null or >= 0
            && (sample.Ts is not { } ts || (ts <= receivedAt + (long)ClockAheadMax.TotalMilliseconds && ts >= receivedAt - (long)SampleAgeMax.TotalMilliseconds))
            && sample.Metrics.Count is > 0 and <= MetricsPerSampleMax;
        if (!sound)
        {
            return RejectionReasons.OutOfBounds;
        }

        foreach (var (name, value) in sample.Metrics)
        {
            if (name.Length is 0 or > MetricNameLengthMax || !double.IsFinite(value))
            {
                return RejectionReasons.OutOfBounds;
            }
        }

        return null;
    }
}
