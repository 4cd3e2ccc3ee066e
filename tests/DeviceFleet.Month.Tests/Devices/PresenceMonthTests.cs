using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Month.Tests.Runtime;
using static DeviceFleet.Contracts.Devices.Presence;
using Presence = DeviceFleet.Contracts.Devices.Presence;

namespace DeviceFleet.Month.Tests.Devices;

/// <summary>Thirty days of presence: every change at exactly its time, and none besides.</summary>
public sealed class PresenceMonthTests
{
    private const int Days = 30;

    private static readonly Dictionary<string, string?> Settings = new() { ["Presence:StaleAfter"] = "00:15:00", ["Presence:OfflineAfter"] = "01:00:00", ["Settings:PollEvery"] = "01:00:00" };

    [Fact]
    public Task A_month_of_steady_nightly_and_flapping_devices() => SimulatedMonth.RunAsync(Settings, [], month =>
    {
        for (var minute = 0; minute < Days * 24 * 60; minute += 5)
        {
            Send(month, "steady", TimeSpan.FromMinutes(minute), minute / 5);
        }

        for (var day = 0; day < Days; day++)
        {
            for (var minute = 8 * 60; minute <= 20 * 60; minute += 10)
            {
                Send(month, "nightly", TimeSpan.FromDays(day) + TimeSpan.FromMinutes(minute), day * 1_000 + minute);
            }
        }

        var tenth = TimeSpan.FromDays(10);
        for (var session = 0; session < 6; session++)
        {
            Say(month, "loose", tenth + TimeSpan.FromMinutes(session), online: true);
            Say(month, "loose", tenth + TimeSpan.FromMinutes(session) + TimeSpan.FromSeconds(20), online: false);
        }

        var atNight = new List<int>();
        for (var day = 0; day < Days; day++)
        {
            month.At(TimeSpan.FromDays(day) + TimeSpan.FromHours(3), () => atNight.Add(month.ActiveDevices));
        }

        // The process restarts once in the night, between stale and offline, and once by day.
        month.At(TimeSpan.FromDays(4) + new TimeSpan(20, 30, 0), month.Restart);
        month.At(TimeSpan.FromDays(17) + new TimeSpan(12, 3, 0), month.Restart);
        month.RunTo(TimeSpan.FromDays(Days));

        Assert.Equal([(TimeSpan.Zero, Online, "telemetry")], month.PresenceOf("steady"));
        Assert.Equal((1L, Days * 24 * 12L), (month.View("steady").Connects, month.View("steady").Totals.Applied));
        var expected = new List<(TimeSpan, Presence, string?)>();
        for (var day = 0; day < Days; day++)
        {
            expected.Add((TimeSpan.FromDays(day) + new TimeSpan(8, 0, 0), Online, "telemetry"));
            expected.Add((TimeSpan.FromDays(day) + new TimeSpan(20, 15, 0), Stale, "silence"));
            expected.Add((TimeSpan.FromDays(day) + new TimeSpan(21, 0, 0), Offline, "silence"));
        }

        Assert.Equal(expected, month.PresenceOf("nightly"));
        Assert.Equal(
            (Days, Days, (long)TimeSpan.FromHours(13 * Days).TotalMilliseconds),
            (month.View("nightly").Connects, month.View("nightly").Sessions.Disconnects, month.View("nightly").Sessions.OnlineMs));
        Assert.Equal(
            [(tenth + TimeSpan.FromMinutes(5), Online, "flapping"), (tenth + TimeSpan.FromMinutes(15), Offline, "steady")],
            month.PresenceOf("loose").Where(change => change.Reason is "flapping" or "steady"));
        Assert.Equal(14, month.PresenceOf("loose").Count);
        Assert.All(atNight, active => Assert.Equal(1, active));
        Assert.Empty(month.Events(EventTypes.MessageRejected, ContractsJson.Default.RejectedEvent));
        TestContext.Current.TestOutputHelper?.WriteLine($"{month.Steps} steps");
    });

    private static void Send(SimulatedMonth month, string device, TimeSpan at, int seq) =>
        month.At(at, () => month.Publish(device, "telemetry", $$$"""{"boot":1,"seq":{{{seq}}},"metrics":{"temp":{{{seq % 10}}}}}"""));

    private static void Say(SimulatedMonth month, string device, TimeSpan at, bool online) =>
        month.At(at, () => month.Publish(device, "status", $$"""{"online":{{(online ? "true" : "false")}},"boot":1}"""));
}
