using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Gateway.Tests.Fakes;

/// <summary>Events and views with what a test does not care about filled in.</summary>
internal static class Samples
{
    public static DeviceTotals Totals(long applied, long duplicates = 0, long tooLate = 0, long invalid = 0) =>
        new(applied + duplicates + tooLate + invalid, applied, duplicates, tooLate, invalid, 0);

    public static TelemetryEvent Telemetry(
        string id, long revision, long receivedAt, long seq = 0, double value = 1, DeviceTotals? totals = null, bool duplicate = false, long boot = 1) => new()
        {
            DeviceId = DeviceId.Parse(id),
            Boot = boot,
            Seq = seq,
            Ts = receivedAt,
            ReceivedAt = receivedAt,
            Metrics = new Dictionary<string, double> { ["t"] = value },
            Duplicate = duplicate,
            Totals = totals ?? Totals(revision),
            Revision = revision,
        };

    public static DeviceView View(string id, long revision, Presence presence, long? lastSeen, DeviceTotals? totals = null, double? value = null) => new()
    {
        DeviceId = DeviceId.Parse(id),
        Revision = revision,
        Presence = presence,
        LastSeen = lastSeen,
        Connects = 1,
        Metrics = value is { } number ? new Dictionary<string, double> { ["t"] = number } : new Dictionary<string, double>(),
        MetricsAt = lastSeen,
        Totals = totals ?? Totals(revision),
    };

    public static PresenceEvent PresenceChange(string id, long revision, Presence presence, long at) =>
        new() { DeviceId = DeviceId.Parse(id), Presence = presence, At = at, View = View(id, revision, presence, at) };
}
