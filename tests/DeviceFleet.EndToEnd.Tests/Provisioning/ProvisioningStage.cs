using System.Security.Cryptography;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.EndToEnd.Tests.Live;
using Microsoft.AspNetCore.SignalR.Client;

namespace DeviceFleet.EndToEnd.Tests.Provisioning;

/// <summary>A group enrolment of the test's own, an administrator, and somebody who watches.</summary>
internal sealed class ProvisioningStage : IAsyncDisposable
{
    private readonly HubConnection _hub;
    private readonly FleetFixture _fleet;

    private ProvisioningStage(FleetFixture fleet, string enrolment, byte[] key, FleetClient client, HubConnection hub, HubWatch watch)
    {
        _fleet = fleet;
        Enrolment = enrolment;
        Key = key;
        Client = client;
        _hub = hub;
        Watch = watch;
    }

    public string Enrolment { get; }

    public byte[] Key { get; }

    public FleetClient Client { get; }

    public HubWatch Watch { get; }

    public static async Task<ProvisioningStage> SetAsync(FleetFixture fleet, string enrolment, object? more = null)
    {
        var (http, cookies) = await fleet.Local.SignInAsync();
        var client = new FleetClient(http);
        var hub = await fleet.Local.ConnectHubAsync(cookies);
        var watch = await HubWatch.StartAsync(hub);
        var key = RandomNumberGenerator.GetBytes(EnrolmentLimits.KeyBytes);
        await client.PutEnrolmentAsync(enrolment, key, more);
        return new ProvisioningStage(fleet, enrolment, key, client, hub, watch);
    }

    public ClaimingDevice Device(string hardwareId) => new(_fleet.Local, Enrolment, Key, hardwareId);

    /// <summary>Waits until a refusal is counted and shown, and in the audit of the day.</summary>
    public async Task RefusedAsync(string reason, DeviceId? device = null)
    {
        await Watch.UntilAsync($"the refusal {reason}", seen => seen.Rejections.Any(rejection => rejection.Reason == reason && (device is null || rejection.DeviceId == device)));
        await FleetClient.UntilAsync(
            $"{reason} in the audit",
            () => Client.AuditAsync(device),
            page => page.Entries.Any(entry => entry.Reason == reason && (device is null || entry.DeviceId == device)));
    }

    public async ValueTask DisposeAsync()
    {
        await _hub.DisposeAsync();
        Client.Dispose();
    }
}
