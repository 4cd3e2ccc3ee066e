using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Live;

namespace DeviceFleet.Gateway.Fleet;

/// <summary>
/// The fleet's counters as sums over its rows, kept up by differences. So they add up, and an event that comes twice changes nothing. Not thread-safe.
/// </summary>
internal sealed class FleetTally
{
    private readonly long[] _standings = new long[4];
    private long _received;
    private long _applied;
    private long _duplicates;
    private long _rejected;

    public long RefusedByBroker { get; set; }

    public void Add(Standing standing) => _standings[(int)standing]++;

    public void Move(Standing from, Standing to)
    {
        _standings[(int)from]--;
        _standings[(int)to]++;
    }

    public void Replace(DeviceTotals old, DeviceTotals next)
    {
        _received += next.Received - old.Received;
        _applied += next.Applied - old.Applied;
        _duplicates += next.Duplicates - old.Duplicates;
        _rejected += next.TooLate + next.Invalid - old.TooLate - old.Invalid;
    }

    public FleetCounters ToCounters(double appliedPerSecond, double? lagMs) => new()
    {
        Total = _standings.Sum(),
        Online = _standings[(int)Standing.Online],
        Stale = _standings[(int)Standing.Stale],
        Offline = _standings[(int)Standing.Offline],
        Unknown = _standings[(int)Standing.Unknown],
        Alarming = 0,
        Received = _received,
        Applied = _applied,
        Duplicates = _duplicates,
        Rejected = _rejected,
        RefusedByBroker = RefusedByBroker,
        AppliedPerSecond = appliedPerSecond,
        LagMs = lagMs,
    };
}
