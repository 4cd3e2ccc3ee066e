using System.Diagnostics;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.EndToEnd.Tests.Live;
using DeviceFleet.EndToEnd.Tests.Processes;
using MQTTnet;
using MQTTnet.Formatter;

namespace DeviceFleet.EndToEnd.Tests.Provisioning;

/// <summary>From an unknown box to a trusted device, and back out, over real MQTT.</summary>
public sealed class LifeOfADeviceTests(FleetFixture fleet, ITestOutputHelper output)
{
    private const int Cuts = 20;

    [Theory]
    [InlineData(MqttProtocolVersion.V311)]
    [InlineData(MqttProtocolVersion.V500)]
    public async Task A_box_provisions_itself_is_trusted_and_is_told_its_secret_no_more(MqttProtocolVersion version)
    {
        var id = DeviceId.Parse($"life-{version}".ToLowerInvariant());
        await using var stage = await ProvisioningStage.SetAsync(
            fleet, $"e-{id}", new { allocation = new { group = "lives", tags = new { site = "here" }, desired = new { interval = 7 } }, mayReprovision = false });
        ProvisionAnswer issued;
        await using (var box = stage.Device(id.Value))
        {
            Assert.Equal(MqttClientConnectResultCode.Success, await box.ConnectAsync(version));
            issued = await box.ProvisionAsync();
            var again = await box.ProvisionAsync();
            Assert.Equal((ClaimStatus.Issued, id, issued.Secret), (again.Status, again.DeviceId, again.Secret)); // as long as it was never used
        }

        await using var device = new MqttDevice(fleet.Local, id.Value);
        Assert.Equal(MqttClientConnectResultCode.Success, await device.ConnectAsync(issued.Secret, version: version));
        var identity = await FleetClient.UntilAsync("active", () => stage.Client.IdentityAsync(id), seen => seen.State == LifecycleState.Active);

        Assert.Equal((SagaState.Done, id.Value, stage.Enrolment), (identity.Saga?.State, identity.HardwareId, identity.EnrolmentId));
        Assert.Single(identity.Credentials, credential => credential is { IsAllowed: true, RevokedAt: null });
        Assert.Equal("""{"interval":7}""", (await stage.Client.TwinAsync(id)).Sound.Desired.Value.GetRawText());
        await FleetClient.UntilAsync("in its group", () => stage.Client.DeviceAsync(id), view => view.Group?.ToString() == "lives" && view.Tags?.GetValueOrDefault("site") == "here");
        await using (var box = stage.Device(id.Value))
        {
            await box.ConnectAsync(version);
            var known = await box.ProvisionAsync();
            Assert.Equal((ClaimStatus.Active, null), (known.Status, known.Secret));
        }
    }

    [Fact]
    public async Task Suspended_and_resumed()
    {
        using var client = await FleetClient.SignInAsync(fleet.Local);
        await using var device = new MqttDevice(fleet.Local, "suspended");
        await device.ConnectAsync();
        var cut = device.Disconnected();

        await client.MoveAsync(device.Id, "suspend");

        await cut;
        await FleetClient.UntilAsync("offline by its last will", () => client.DeviceAsync(device.Id), view => view.Presence == Presence.Offline);
        await using var refused = new MqttDevice(fleet.Local, "suspended");
        Assert.Equal(MqttClientConnectResultCode.NotAuthorized, await refused.ConnectAsync());
        await client.MoveAsync(device.Id, "resume");
        await using var back = new MqttDevice(fleet.Local, "suspended");
        Assert.Equal(MqttClientConnectResultCode.Success, await back.ConnectAsync());
    }

    /// <summary>The promise: revoked means out within a second, and for good.</summary>
    [Fact]
    public async Task A_revocation_cuts_the_live_session_within_a_second()
    {
        using var client = await FleetClient.SignInAsync(fleet.Local);
        var ids = Enumerable.Range(1, Cuts).Select(n => DeviceId.Parse($"cut-{n}")).ToList();
        await Identities.Of(fleet.Local).RegisterAsync(fleet.Local, ids);
        var latencies = new List<TimeSpan>();
        foreach (var id in ids)
        {
            var version = latencies.Count % 2 == 0 ? MqttProtocolVersion.V500 : MqttProtocolVersion.V311;
            await using var device = new MqttDevice(fleet.Local, id.Value);
            Assert.Equal(MqttClientConnectResultCode.Success, await device.ConnectAsync(version: version));
            var cut = device.Disconnected();

            var start = Stopwatch.GetTimestamp();
            var revoking = client.RevokeAsync(id);
            var reason = await cut;
            latencies.Add(Stopwatch.GetElapsedTime(start));

            _ = (await revoking).Sound;
            if (version == MqttProtocolVersion.V500)
            {
                Assert.Equal(MqttClientDisconnectReason.NotAuthorized, reason);
            }

            await using var again = new MqttDevice(fleet.Local, id.Value);
            Assert.Equal(MqttClientConnectResultCode.BadUserNameOrPassword, await again.ConnectAsync());
        }

        var sorted = latencies.Order().ToList();
        output.WriteLine(
            $"{Cuts} revocations, from the request to the client's knowing: {string.Join(", ", latencies.Select(one => $"{one.TotalMilliseconds:0}"))} ms; "
            + $"median {sorted[Cuts / 2].TotalMilliseconds:0} ms, worst {sorted[^1].TotalMilliseconds:0} ms");
        Assert.True(sorted[^1] < TimeSpan.FromSeconds(1), $"The slowest took {sorted[^1]}.");
    }
}
