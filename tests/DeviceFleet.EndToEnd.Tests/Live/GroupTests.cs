using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.EndToEnd.Tests.Live;

/// <summary>Groups in numbers, from line to site.</summary>
public sealed class GroupTests(FleetFixture fleet)
{
    [Fact]
    public async Task A_site_counts_the_devices_of_its_lines_and_follows_one_that_moves_and_one_that_goes()
    {
        using var client = await FleetClient.SignInAsync(fleet.Local);
        var (one, two) = (new MqttDevice(fleet.Local, "group-1"), new MqttDevice(fleet.Local, "group-2"));
        await one.ConnectAsync();
        await two.ConnectAsync();
        var (site, first, second) = (GroupPath.Parse("e2e-site"), GroupPath.Parse("e2e-site/line-1"), GroupPath.Parse("e2e-site/line-2"));
        await RegisterAsync(client, one.Id, first);
        await RegisterAsync(client, two.Id, second);
        await one.SendAsync(0, 10);
        await two.SendAsync(0, 30);

        var both = await FleetClient.UntilAsync(
            "both with their values", () => client.GroupAsync(site), group => group.Rollup.Online == 2 && group.Rollup.Metrics.GetValueOrDefault("temp")?.Count == 2);
        await two.DisposeAsync();
        await FleetClient.UntilAsync("one offline", () => client.GroupAsync(site), group => group.Rollup is { Online: 1, Offline: 1 });
        await RegisterAsync(client, one.Id, second);
        var moved = await FleetClient.UntilAsync("both in the second line", () => client.GroupAsync(second), group => group.Members == 2 && group.Rollup.Devices == 2);
        await FleetClient.UntilAsync("the first line empty", () => client.GroupAsync(first), group => group.Rollup.Devices == 0);
        await FleetClient.UntilAsync("still two in the site", () => client.GroupAsync(site), group => group.Rollup.Devices == 2);

        var temp = both.Rollup.Metrics["temp"];
        Assert.Equal((10, 30, 40), (temp.Min, temp.Max, temp.Sum));
        Assert.Equal([first, second], both.Children.OrderBy(child => child.Value, StringComparer.Ordinal));
        Assert.Equal((1, 1), (moved.Rollup.Online, moved.Rollup.Offline));
        await one.DisposeAsync();
    }

    private static async Task RegisterAsync(FleetClient client, DeviceId id, GroupPath group) =>
        Assert.NotNull((await client.RegisterAsync(id, $$"""{"group":"{{group}}"}""")).Value);
}
