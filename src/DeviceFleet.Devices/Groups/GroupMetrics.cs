using System.Diagnostics.Metrics;
using DeviceFleet.Devices.Ingest;

namespace DeviceFleet.Devices.Groups;

/// <summary>Counters of what groups did not take.</summary>
internal sealed class GroupMetrics
{
    private readonly Counter<long> _full;
    private readonly Counter<long> _dropped;

    public GroupMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(IngestMetrics.MeterName);
        _full = meter.CreateCounter<long>("devicefleet.groups.full", "{device}", "Devices that a group did not take, as it has as many as it may have.");
        _dropped = meter.CreateCounter<long>("devicefleet.groups.dropped", "{call}", "News of devices that did not reach their group, which asks for them.");
    }

    public void CountFull() => _full.Add(1);

    public void CountDropped() => _dropped.Add(1);
}
