using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Live;

namespace DeviceFleet.Gateway.Fleet;

/// <summary>What the fleet model keeps of one device.</summary>
internal sealed class FleetEntry(DeviceId id)
{
    /// <summary>The row as browsers get it; replaced whole, so that one that was handed out never changes.</summary>
    public DeviceRow Row { get; set; } = new()
    {
        Id = id,
        Presence = Presence.Unknown,
        Metrics = new Dictionary<string, double>(),
        Totals = DeviceTotals.Zero,
        Revision = 0,
    };

    /// <summary>Identity and time of the sample that the row's values are from.</summary>
    public (long? Boot, long? Seq, long At) Newest { get; set; } = (null, null, long.MinValue);

    /// <summary>Revision of the newest view taken; the row's own may be of a sample, and newer. 0: none.</summary>
    public long ViewRevision { get; set; }

    public SampleRing Recent { get; } = new();

    /// <summary>Samples for who watches this device, since the last batch; null: nobody does.</summary>
    public List<SamplePoint>? Unsent { get; set; }

    public int Watchers { get; set; }

    /// <summary>Whether a sample is newer than those that the row's values are from, by the device's own count where it counts.</summary>
    public bool IsNewer(TelemetryEvent sample) =>
        sample is { Boot: { } boot, Seq: { } seq } && Newest is { Boot: { } oldBoot, Seq: { } oldSeq }
            ? (boot, seq).CompareTo((oldBoot, oldSeq)) > 0
            : sample.Ts >= Newest.At;
}
