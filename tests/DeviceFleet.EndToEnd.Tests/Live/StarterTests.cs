using DeviceFleet.Contracts.Devices;
using DeviceFleet.EndToEnd.Tests.Processes;

namespace DeviceFleet.EndToEnd.Tests.Live;

/// <summary>What the first command in the README shows.</summary>
public sealed class StarterTests
{
    [Fact]
    public async Task Simulated_devices_fit_the_starter_settings_and_show_type_firmware_and_a_twin_in_step()
    {
        var data = Artifacts.NewFolder();
        try
        {
            await using var local = await LocalProcess.StartAsync(data, more: ["--devices", "12"]);
            using var client = await FleetClient.SignInAsync(local);
            var settings = await FleetClient.UntilAsync("settings", client.SettingsAsync, seen => seen.Types.Count > 0);
            var views = new List<DeviceView>();
            for (var n = 1; n <= 12; n++)
            {
                var id = DeviceId.Parse($"sim-{n:0000}");
                views.Add(await FleetClient.UntilAsync(
                    "samples and a report", () => client.DeviceAsync(id), view => view is { Totals.Applied: > 2, Firmware: not null }));
            }

            Assert.Empty(settings.Refused);
            Assert.Equal(["meter", "pump", "thermostat", "vehicle"], settings.Types.Select(type => type.Id).Order(StringComparer.Ordinal));
            Assert.True(settings.Rules.Count >= 6);
            Assert.Equal(settings.Types.Select(type => type.Id).Order(StringComparer.Ordinal), views.Select(view => view.Type!).Distinct().Order(StringComparer.Ordinal));
            Assert.All(views, view => Assert.Equal((null, 0L, null), (view.LastRejection, view.Totals.Invalid, view.Twin.PendingSince)));

            var changed = (await client.WriteDesiredAsync(views[0].DeviceId, """{"interval":0.5}""")).Sound;
            Assert.NotNull(changed.PendingSince);
            await FleetClient.UntilAsync("in step again", () => client.TwinAsync(views[0].DeviceId), twin => twin.PendingSince is null);
            Assert.Equal(0, await local.InterruptAsync(TimeSpan.FromSeconds(20)));
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }
}
