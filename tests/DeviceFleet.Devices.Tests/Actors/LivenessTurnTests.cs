using DeviceFleet.Contracts.Devices;
using DeviceFleet.Devices.Actors;
using DeviceFleet.Devices.Tests.Fakes;

namespace DeviceFleet.Devices.Tests.Actors;

/// <summary>Presence by reminders, through the SDK.</summary>
public sealed class LivenessTurnTests
{
    [Fact]
    public async Task A_silent_device_goes_stale_then_offline_and_one_that_sends_is_looked_at_again_when_its_rest_is_over()
    {
        await using var host = await DevicesHost.StartAsync();
        using var first = await host.SendTelemetryAsync("pump-1", """{"boot":1,"seq":0,"metrics":{"t":1}}""");
        Assert.Equal("0h0m30s0ms", host.Runtime.Reminders["pump-1||wake"].DueTime);
        host.Time.Advance(TimeSpan.FromSeconds(20));
        using var second = await host.SendTelemetryAsync("pump-1", """{"boot":1,"seq":1,"metrics":{"t":1}}""");

        await WakeAfterAsync(host, TimeSpan.FromSeconds(10));
        Assert.Equal(Presence.Online, (await host.ViewAsync("pump-1")).Presence);
        Assert.Equal("0h0m20s0ms", host.Runtime.Reminders["pump-1||wake"].DueTime);

        await WakeAfterAsync(host, TimeSpan.FromSeconds(20));
        Assert.Equal((Presence.Stale, "silence"), (host.Presence()[^1].Presence, host.Presence()[^1].Reason));
        Assert.Equal("0h1m30s0ms", host.Runtime.Reminders["pump-1||wake"].DueTime);

        await WakeAfterAsync(host, TimeSpan.FromSeconds(90));
        Assert.Equal((Presence.Offline, "silence"), (host.Presence()[^1].Presence, host.Presence()[^1].Reason));
        Assert.Empty(host.Runtime.Reminders);
    }

    [Fact]
    public async Task Silence_is_noticed_after_a_restart_too()
    {
        var host = await DevicesHost.StartAsync();
        using var first = await host.SendStatusAsync("pump-1", """{"online":true,"boot":1}""");
        var runtime = host.Runtime;
        await host.StopAsync();

        await using var restarted = await DevicesHost.StartOnAsync(runtime, host.Time);
        await WakeAfterAsync(restarted, TimeSpan.FromMinutes(3));

        Assert.Equal(Presence.Offline, (await restarted.ViewAsync("pump-1")).Presence);
        Assert.Equal(TimeSpan.FromMinutes(3).TotalMilliseconds, (await restarted.ViewAsync("pump-1")).Sessions.OnlineMs);
    }

    [Fact]
    public async Task A_device_that_flaps_is_told_and_so_is_its_being_steady_again()
    {
        await using var host = await DevicesHost.StartAsync(settings: new() { ["Presence:FlapsMax"] = "2", ["Presence:FlapWindow"] = "00:05:00" });
        for (var session = 0; session < 3; session++)
        {
            using var online = await host.SendStatusAsync("pump-1", """{"online":true,"boot":1,"reason":"up"}""");
            using var offline = await host.SendStatusAsync("pump-1", """{"online":false,"boot":1,"reason":"down"}""");
        }

        Assert.Equal(["up", "down", "up", "down", "up", "flapping", "down"], host.Presence().Select(change => change.Reason));
        Assert.True((await host.ViewAsync("pump-1")).Sessions.IsFlapping);

        await WakeAfterAsync(host, TimeSpan.FromSeconds(30));
        await WakeAfterAsync(host, TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(30));

        Assert.Equal((Presence.Offline, "steady"), (host.Presence()[^1].Presence, host.Presence()[^1].Reason));
        Assert.False((await host.ViewAsync("pump-1")).Sessions.IsFlapping);
        Assert.Empty(host.Runtime.Reminders);
    }

    private static async Task WakeAfterAsync(DevicesHost host, TimeSpan rest)
    {
        host.Time.Advance(rest);
        await host.Runtime.FireAsync("pump-1", DeviceActor.WakeReminder);
    }
}
