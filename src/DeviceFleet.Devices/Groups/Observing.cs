using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Groups;
using DeviceFleet.Devices.Actors;

namespace DeviceFleet.Devices.Groups;

/// <summary>A device as its group counts it.</summary>
internal static class Observing
{
    public static MemberObservation Observed(this DeviceState device) => new()
    {
        DeviceId = device.DeviceId,
        Revision = device.Revision,
        Presence = device.Presence,
        Alarms = device.Alarms.Active,
        Severity = device.Alarms.Severity,
        Metrics = device.Metrics,
    };

    public static MemberObservation Observed(this DeviceView view) => new()
    {
        DeviceId = view.DeviceId,
        Revision = view.Revision,
        Presence = view.Presence,
        Alarms = view.Alarms.Active,
        Severity = view.Alarms.Severity,
        Metrics = view.Metrics,
    };

    /// <summary>What a turn tells the device's group; null: it is in none, or nothing that a group counts changed.</summary>
    public static GroupReport? ReportSince(this DeviceState device, DeviceState before) =>
        device.Registration.Group is not { } group
        || (device.Presence == before.Presence && device.Alarms == before.Alarms && ReferenceEquals(device.Metrics, before.Metrics))
            ? null
            : new GroupReport(group, device.Observed());
}
