using System.Text.Json;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Provisioning;

namespace DeviceFleet.EndToEnd.Tests.Provisioning;

/// <summary>Holds the stores against each other. Answers everything that does not fit: half-made devices, orphans, ghosts. Pure.</summary>
internal static class ProvisioningAudit
{
    public static IReadOnlyList<string> Faults(StoredFleet fleet) =>
    [
        .. fleet.Devices.SelectMany(device => Faults(device, fleet)),
        .. fleet.Members.Except(fleet.Devices.Select(device => device.Id)).Select(ghost => $"{ghost}: in group {fleet.Group}, and nowhere else"),
    ];

    private static IEnumerable<string> Faults(StoredDevice device, StoredFleet fleet)
    {
        var identity = device.Identity;
        (bool Wrong, string Text)[] checks =
        [
            (identity?.Saga is { EndedAt: null }, $"saga {identity?.Saga?.Instance} is under way: {identity?.Saga?.State} at {identity?.Saga?.Step}"),
            (identity?.Saga is { EndedAt: not null, State: not (SagaState.Done or SagaState.Compensated) }, $"saga ended as {identity?.Saga?.State}"),
            (identity?.Saga is { State: SagaState.Done } && identity.State != LifecycleState.Active, $"its saga is done, and it is {identity?.State}"),
            .. identity is { State: LifecycleState.Active } ? OfActive(device, fleet) : OfOther(device, fleet),
            (identity is not null && device.Entry is null, "the directory does not know it"),
            (identity is null && device.Entry is not null, "the directory knows what is not there"),
            (SummaryOf(device)?.State is { } listed && listed != identity?.State, $"the directory says {SummaryOf(device)?.State}, the identity {identity?.State}"),
            (SummaryOf(device)?.Saga is not null && identity?.Saga is { EndedAt: not null }, $"the directory says that saga {SummaryOf(device)?.Saga} is under way"),
        ];
        return checks.Where(check => check.Wrong).Select(check => $"{device.Id}: {check.Text}");
    }

    private static IEnumerable<(bool Wrong, string Text)> OfActive(StoredDevice device, StoredFleet fleet) =>
    [
        (device.Open != 1, $"active with {device.Open} open credentials"),
        (device.Alive != device.Open, $"{device.Alive - device.Open} credentials are shut and were not revoked"),
        (!device.HasTwin, "active without a twin"),
        (device.Identity!.TwinBy is null, "active, and does not know who made its twin"),
        (device.View.Group != fleet.Group, $"registered in group {device.View.Group}"),
        (!fleet.Members.Contains(device.Id), $"no member of {fleet.Group}"),
    ];

    private static IEnumerable<(bool Wrong, string Text)> OfOther(StoredDevice device, StoredFleet fleet) =>
    [
        (device.Alive != 0, $"{device.Alive} credentials are left of what was taken back"),
        (device.HasTwin, "a twin is left of what was taken back"),
        (device.Identity?.TwinBy is not null, $"twin of {device.Identity?.TwinBy} is noted still"),
        (fleet.Members.Contains(device.Id), $"a ghost in {fleet.Group}"),
    ];

    private static IdentitySummary? SummaryOf(StoredDevice device) => device.Entry?.Summary?.Deserialize(ContractsJson.Default.IdentitySummary);
}
