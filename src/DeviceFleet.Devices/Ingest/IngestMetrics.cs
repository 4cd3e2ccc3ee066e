using System.Diagnostics.Metrics;
using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Devices.Ingest;

/// <summary>Counters of what devices sent. The only tag is the reason of a refusal, from the closed set of <see cref="RejectionReasons"/>.</summary>
internal sealed class IngestMetrics
{
    public const string MeterName = "DeviceFleet.Devices";

    private readonly Counter<long> _received;
    private readonly Counter<long> _applied;
    private readonly Counter<long> _duplicates;
    private readonly Counter<long> _rejected;

    public IngestMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _received = meter.CreateCounter<long>("devicefleet.samples.received", "{sample}", "Samples that reached their actor, and messages that could not be read.");
        _applied = meter.CreateCounter<long>("devicefleet.samples.applied", "{sample}", "Samples counted, once each.");
        _duplicates = meter.CreateCounter<long>("devicefleet.samples.duplicates", "{sample}", "Samples sent again and recognised.");
        _rejected = meter.CreateCounter<long>("devicefleet.samples.rejected", "{sample}", "Samples and messages refused, by reason.");
    }

    public void Count(IReadOnlyList<SampleResult> results)
    {
        _received.Add(results.Count);
        var applied = 0;
        var duplicates = 0;
        foreach (var result in results)
        {
            switch (result.Outcome)
            {
                case SampleOutcome.Applied:
                    applied++;
                    break;
                case SampleOutcome.Duplicate:
                    duplicates++;
                    break;
                case SampleOutcome.TooLate:
                case SampleOutcome.Invalid:
                    CountRejected(result.Reason ?? RejectionReasons.OutOfBounds);
                    break;
            }
        }

        _applied.Add(applied);
        _duplicates.Add(duplicates);
    }

    public void CountUnreadable(string reason)
    {
        _received.Add(1);
        CountRejected(reason);
    }

    private void CountRejected(string reason) => _rejected.Add(1, new KeyValuePair<string, object?>("reason", reason));
}
