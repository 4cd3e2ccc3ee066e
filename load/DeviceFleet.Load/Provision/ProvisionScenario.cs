using System.Globalization;
using DeviceFleet.Load.Reports;
using DeviceFleet.Load.Scenarios;
using DeviceFleet.Load.Servers;
using DeviceFleet.Simulator.Provisioning;

namespace DeviceFleet.Load.Provision;

/// <summary>
/// The provisioning burst: devices that nobody knows begin at a given rate, provision themselves, and connect with what they were given. Their identities are in a file afterwards,
/// for the other scenarios.
/// </summary>
internal sealed class ProvisionScenario : ScenarioCommand<ProvisionSettings>
{
    public const string Name = "provision";

    /// <inheritdoc/>
    internal override async Task<LoadReport> RunAsync(ProvisionSettings settings, TimeProvider time, Action<string> onPhase, CancellationToken cancellationToken)
    {
        var startedAt = time.GetUtcNow();
        using var store = IdentityStore.Open(settings.IdentitiesFile);
        var counts = new ProvisionCounts();
        var devices = Enumerable.Range(1, settings.Devices)
            .Select(number => (Number: number, HardwareId: string.Create(CultureInfo.InvariantCulture, $"{settings.Prefix}{number:D5}")))
            .Where(device => store.Find(device.HardwareId) is null)
            .Select(device => new ClaimingDevice(device.Number, device.HardwareId, settings, store, counts, time))
            .ToList();

        onPhase($"{devices.Count} devices provision themselves, {settings.Rate} a second");
        var (serverBefore, begun) = (ProcessMeter.TryRead(settings.ServerPid), time.GetTimestamp());
        await PacedStart.RunAsync(
            devices.Count, TimeSpan.FromSeconds(devices.Count / settings.Rate), (index, intended) => devices[index].RunAsync(intended, cancellationToken), time, cancellationToken);
        var seconds = time.GetElapsedTime(begun).TotalSeconds;
        var connected = counts.Connected;

        return new LoadReport
        {
            Scenario = Name,
            StartedAt = startedAt,
            Settings = new Dictionary<string, string>
            {
                ["devices"] = settings.Devices.ToString(CultureInfo.InvariantCulture), ["rate"] = settings.Rate.ToString(CultureInfo.InvariantCulture),
            },
            Machine = MachineFacts.Read(),
            MeasuredSeconds = seconds,
            Latency = counts.UntilConnected.Read(),
            Provisioning = new ProvisioningFigures(
                devices.Count, connected, seconds > 0 ? connected / seconds : 0, counts.Claims, counts.Pending, counts.RepeatedConnects, counts.Busy, counts.UntilIssued.Read()),
            Server = ServerMeasure.Between(settings.ServerPid, serverBefore, ProcessMeter.TryRead(settings.ServerPid), seconds, connected),
            Errors = new LoadErrors(ConnectsFailed: 0, ConnectionsLost: 0, counts.Failed, NotSent: devices.Count - connected - counts.Failed - counts.Refused, [.. counts.Faults.Take(5)])
            {
                Refused = counts.Refused,
            },
        };
    }
}
