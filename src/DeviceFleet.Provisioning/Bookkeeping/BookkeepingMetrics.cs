using System.Diagnostics.Metrics;

namespace DeviceFleet.Provisioning.Bookkeeping;

/// <summary>Counters of what was written down.</summary>
internal sealed class BookkeepingMetrics
{
    public const string MeterName = "DeviceFleet.Provisioning.Bookkeeping";

    private readonly Counter<long> _audited;
    private readonly Counter<long> _dropped;

    public BookkeepingMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _audited = meter.CreateCounter<long>("devicefleet.audit.entries", "{entry}", "Audit entries written down.");
        _dropped = meter.CreateCounter<long>("devicefleet.bookkeeping.dropped", "{entry}", "Entries that found no place: the day's audit, or the directory, was full.");
    }

    public void CountAudited(int entries) => _audited.Add(entries);

    public void CountDropped(int entries) => _dropped.Add(entries);
}
