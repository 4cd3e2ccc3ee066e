using System.Net;
using System.Security.Cryptography;
using System.Text;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Rollouts;
using DeviceFleet.EndToEnd.Tests.Live;
using DeviceFleet.EndToEnd.Tests.Processes;
using DeviceFleet.EndToEnd.Tests.Provisioning;

namespace DeviceFleet.EndToEnd.Tests.Rollouts;

/// <summary>From an administrator's upload to the devices, and back: the fleet as one process, its devices as another, REST and MQTT between them.</summary>
public sealed class FirmwareRolloutTests(FleetFixture fleet)
{
    private const string Group = "rolls";
    private const string First = "1.0.0";
    private const string Next = "2.0.0";
    private const string Older = "0.9.0";
    private const int Devices = 20;
    private const int Broken = 4; // which of the seed's devices fail is the simulator's to know; how many is fixed by the seed
    private const int Seed = 7;

    [Fact]
    public async Task A_rollout_that_fails_on_a_fifth_is_aborted_and_put_back_and_what_is_wrong_or_older_is_refused()
    {
        await using var stage = await ProvisioningStage.SetAsync(fleet, "rolls", new { allocation = new { group = Group } });
        var folder = Artifacts.NewFolder();
        var keyFile = Path.Combine(folder, "enrolment.key");
        await File.WriteAllTextAsync(keyFile, Convert.ToBase64String(stage.Key), TestContext.Current.CancellationToken);
        await using var simulator = new SimulatorProcess(
            fleet.Local,
            Path.Combine(folder, "identities.jsonl"),
            Devices,
            ratePerSecond: 0.2,
            TimeSpan.FromMinutes(3),
            Path.Combine(folder, "ledger"),
            Seed,
            [
                "--provision", "--enrolment", stage.Enrolment, "--enrolment-key-file", keyFile, "--prefix", "roll-",
                "--http", fleet.Local.Dashboard.ToString(), "--firmware", First, "--firmware-fail", "20",
            ]);

        Assert.Equal(HttpStatusCode.Created, (await stage.Client.UploadAsync(First, Image(First))).Status);
        Assert.Equal(HttpStatusCode.Created, (await stage.Client.UploadAsync(Next, Image(Next))).Status);
        Assert.Equal(HttpStatusCode.Created, (await stage.Client.UploadAsync(Older, Image(Older))).Status);
        var forged = await stage.Client.UploadAsync("2.0.1", Image("2.0.1"), SignedByAnother("2.0.1", Image("2.0.1")));
        Assert.True(forged.Status == HttpStatusCode.BadRequest && forged.Body.Contains("signature", StringComparison.Ordinal), $"{(int)forged.Status}: {forged.Body}");
        await stage.Watch.UntilAsync("all are there", seen => OfGroup(seen).Count(row => row is { Presence: Presence.Online, Firmware: First }) == Devices);

        var end = await RunAsync(stage.Client, "e2e-next", Next, abortAbovePercent: 10);
        Assert.Equal((RolloutState.Aborted, WaveState.Failed), (end.State, end.Waves[0].State));
        var devices = (await stage.Client.RolloutDevicesAsync("e2e-next")).Sound.Devices;
        Assert.InRange(devices.Count(device => device.State == RolloutDeviceState.Failed), end.Waves[0].AbortAt, Broken);
        Assert.All(devices, device => Assert.True(device.State is RolloutDeviceState.Failed or RolloutDeviceState.RolledBack, $"{device}"));
        Assert.All(devices.Where(device => device.State == RolloutDeviceState.Failed), device => Assert.Equal("the installation failed", device.Error));
        await stage.Watch.UntilAsync("all run what they ran before", seen => OfGroup(seen).All(row => row.Firmware == First));

        // Without a line: an abort would put an order of what they run in the place of the one that they refused, and they would report on that.
        var refused = await RunAsync(stage.Client, "e2e-older", Older, abortAbovePercent: 100);
        Assert.Equal((RolloutState.Done, Devices), (refused.State, refused.Waves[0].Counts[RolloutDeviceState.Failed]));
        foreach (var device in (await stage.Client.RolloutDevicesAsync("e2e-older")).Sound.Devices)
        {
            Assert.Equal($"older than {First}", device.Error);
            var firmware = (await stage.Client.TwinAsync(device.DeviceId)).Sound.Reported.Value.GetProperty("firmware");
            Assert.Equal((First, "refused", Older), (firmware.GetProperty("version").GetString(), firmware.GetProperty("state").GetString(), firmware.GetProperty("target").GetString()));
        }
    }

    private static IEnumerable<Contracts.Live.DeviceRow> OfGroup(HubWatch seen) => seen.Rows.Values.Where(row => row.Group?.ToString() == Group);

    /// <summary>One wave of all devices of the group, to its end.</summary>
    private static async Task<RolloutView> RunAsync(FleetClient client, string id, string version, int abortAbovePercent)
    {
        var begun = await client.BeginRolloutAsync(new { id, version, targets = new { group = Group }, waves = new[] { new { upToPercent = 100 } }, abortAbovePercent });
        Assert.True(begun.Status == HttpStatusCode.Created, $"{(int)begun.Status}: {begun.Body}");
        Assert.Equal((Devices, (Devices * abortAbovePercent / 100) + 1), (begun.Sound.Waves[0].Devices, begun.Sound.Waves[0].AbortAt));
        await FleetClient.UntilAsync("no device left to tell", () => client.RolloutAsync(id), view => view.State is not RolloutState.Running);
        return await FleetClient.UntilAsync("its end", () => client.RolloutAsync(id), view => view.EndedAt is not null);
    }

    private static byte[] Image(string version) => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat($"firmware {version}\n", 80_000)));

    private static string SignedByAnother(string version, byte[] image)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var text = ReleaseText.Of(version, null, image.Length, Convert.ToHexStringLower(SHA256.HashData(image)));
        return Convert.ToBase64String(key.SignData(Encoding.UTF8.GetBytes(text), HashAlgorithmName.SHA256));
    }
}
