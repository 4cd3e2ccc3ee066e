using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Live;

namespace DeviceFleet.Gateway.Fleet;

/// <summary>
/// The fleet's counters as sums over its rows, kept up by differences. So they add up, and an event that comes twice changes nothing. Not thread-safe.
/// </summary>
internal sealed class FleetTally
{
    private readonly long[] _presences = new long[4];
    private long _alarming;
    private long _received;
    private long _applied;
    private long _duplicates;
    private long _rejected;

    public long RefusedByBroker { get; set; }

    public void Add(DeviceRow row) => Count(row, 1);

    public void Remove(DeviceRow row) => Count(row, -1);

    public void Replace(DeviceRow old, DeviceRow next)
    {
        Count(old, -1);
        Count(next, 1);
    }

    public FleetCounters ToCounters(double appliedPerSecond, double? lagMs) => new()
    {
        Total = _presences.Sum(),
        Online = _presences[(int)Presence.Online],
        Stale = _presences[(int)Presence.Stale],
        Offline = _presences[(int)Presence.Offline],
        Unknown = _presences[(int)Presence.Unknown],
        Alarming = _alarming,
        Received = _received,
        Applied = _applied,
        Duplicates = _duplicates,
        Rejected = _rejected,
        RefusedByBroker = RefusedByBroker,
        AppliedPerSecond = appliedPerSecond,
        LagMs = lagMs,
    };

    private void Count(DeviceRow row, int sign)
    {
        _presences[(int)row.Presence] += sign;
        _alarming += row.Alarms > 0 ? sign : 0;
        _received += sign * row.Totals.Received;
        _applied += sign * row.Totals.Applied;
        _duplicates += sign * row.Totals.Duplicates;
        _rejected += sign * (row.Totals.TooLate + row.Totals.Invalid);
    }
}
