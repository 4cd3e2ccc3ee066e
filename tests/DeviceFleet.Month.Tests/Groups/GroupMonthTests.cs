using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Groups;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Month.Tests.Runtime;

namespace DeviceFleet.Month.Tests.Groups;

/// <summary>Groups on the real engine: their numbers follow their members, through moves, silence and a crash.</summary>
public sealed class GroupMonthTests
{
    private static readonly Dictionary<string, string?> Settings = new()
    {
        ["Presence:StaleAfter"] = "00:15:00",
        ["Presence:OfflineAfter"] = "01:00:00",
        ["Settings:PollEvery"] = "01:00:00",
    };

    [Fact]
    public Task Numbers_follow_members_within_a_second_for_each_level() => SimulatedMonth.RunAsync(Settings, [], month =>
    {
        Assign(month, "pump-1", "oslo/line-1");
        Assign(month, "pump-2", "oslo/line-1");
        Assign(month, "pump-3", "oslo/line-2");
        month.RunTo(TimeSpan.FromSeconds(5));
        Assert.Equal((3L, 3L), (month.Group("oslo").Rollup.Devices, month.Group("oslo").Rollup.Unknown));

        for (var minute = 1; minute <= 6 * 60; minute += 5)
        {
            Send(month, "pump-1", TimeSpan.FromMinutes(minute), 10);
            Send(month, "pump-2", TimeSpan.FromMinutes(minute), 20);
            if (minute < 2 * 60)
            {
                Send(month, "pump-3", TimeSpan.FromMinutes(minute), 60);
            }
        }

        month.RunTo(new TimeSpan(0, 1, 4));
        var oslo = month.Group("oslo");
        Assert.Equal(["oslo/line-1", "oslo/line-2"], oslo.Children.Select(child => child.Value));
        Assert.Equal((3L, 3L, new MetricRollup(3, 10, 60, 90)), (oslo.Rollup.Devices, oslo.Rollup.Online, oslo.Rollup.Metrics["temp"]));

        // The last word of pump-3 was at 1:56.
        month.RunTo(new TimeSpan(2, 11, 3));
        Assert.Equal((2L, 1L, 0L), Counts(month.Group("oslo")));
        month.RunTo(new TimeSpan(2, 56, 3));
        Assert.Equal((2L, 0L, 1L), Counts(month.Group("oslo")));
        Assert.Equal((0L, 0L, 1L), Counts(month.Group("oslo/line-2")));

        month.RunTo(TimeSpan.FromHours(4));
        Assign(month, "pump-2", "oslo/line-2");
        month.RunTo(new TimeSpan(4, 0, 4));
        Assert.Equal((1L, 2L, 3L), (month.Group("oslo/line-1").Members, month.Group("oslo/line-2").Members, month.Group("oslo").Rollup.Devices));

        month.RunTo(TimeSpan.FromHours(6));
        var events = month.Events(EventTypes.GroupChanged, ContractsJson.Default.GroupEvent);
        foreach (var group in events.GroupBy(change => change.Event.Group.Path))
        {
            var told = group.ToList();
            Assert.All(told.Zip(told.Skip(1)), pair => Assert.True(pair.Second.At - pair.First.At >= TimeSpan.FromSeconds(1) && pair.Second.Event.Group.Revision > pair.First.Event.Group.Revision));
        }

        Assert.Equal((3L, 2L, 1L), (events[^1].Event.Group.Rollup.Devices, events[^1].Event.Group.Rollup.Online, events[^1].Event.Group.Rollup.Offline));
    });

    [Fact]
    public Task After_a_crash_the_numbers_become_right_by_themselves() => SimulatedMonth.RunAsync(Settings, [], month =>
    {
        Assign(month, "pump-1", "oslo/line-1");
        Assign(month, "pump-2", "oslo/line-1");
        Send(month, "pump-1", TimeSpan.FromMinutes(1), 10);
        Send(month, "pump-2", TimeSpan.FromMinutes(1), 20);
        month.RunTo(TimeSpan.FromMinutes(2));

        Send(month, "pump-1", new TimeSpan(0, 3, 0), 99);
        month.RunTo(new TimeSpan(0, 3, 3));
        Assert.Equal(99, month.Group("oslo").Rollup.Metrics["temp"].Max);
        var before = month.Group("oslo").Revision;
        month.Crash();
        month.Publish("pump-2", "telemetry", """{"metrics":{"temp":21}}""");

        month.RunTo(new TimeSpan(0, 4, 30));

        var oslo = month.Group("oslo");
        Assert.Equal((2L, new MetricRollup(2, 21, 99, 120)), (oslo.Rollup.Online, oslo.Rollup.Metrics["temp"]));
        Assert.True(oslo.Revision > before);
    });

    [Fact]
    public Task Alarms_of_members_are_counted_with_the_worst_severity() => SimulatedMonth.RunAsync(
        Settings,
        new() { ["rule.hot"] = """{"version":1,"severity":"critical","scope":{"groups":["oslo"]},"when":{"kind":"threshold","metric":"temp","op":">","value":50}}""" },
        month =>
        {
            Assign(month, "pump-1", "oslo/line-1");
            Assign(month, "pump-2", "oslo/line-1");
            Assign(month, "pump-3", "bergen");
            Send(month, "pump-1", TimeSpan.FromMinutes(1), 70);
            Send(month, "pump-2", TimeSpan.FromMinutes(1), 20);
            Send(month, "pump-3", TimeSpan.FromMinutes(1), 70);
            Send(month, "pump-1", TimeSpan.FromMinutes(2), 30);

            month.RunTo(new TimeSpan(0, 1, 4));
            Assert.Equal((1L, 1L), (month.Group("oslo").Rollup.Alarming, month.Group("oslo").Rollup.Critical));
            Assert.Equal(0, month.Group("bergen").Rollup.Alarming);

            month.RunTo(new TimeSpan(0, 2, 4));
            Assert.Equal((0L, 0L), (month.Group("oslo").Rollup.Alarming, month.Group("oslo").Rollup.Critical));
        });

    private static (long Online, long Stale, long Offline) Counts(GroupView group) => (group.Rollup.Online, group.Rollup.Stale, group.Rollup.Offline);

    private static void Send(SimulatedMonth month, string device, TimeSpan at, int value) =>
        month.At(at, () => month.Publish(device, "telemetry", $$$"""{"metrics":{"temp":{{{value}}}}}"""));

    private static void Assign(SimulatedMonth month, string device, string group)
    {
        var write = new RegistrationWrite { SetGroup = true, Group = GroupPath.Parse(group), By = "ann", At = month.Now };
        Assert.Equal(ChangeOutcome.Applied, month.Call<RegistrationWrite, ChangeReply<DeviceRegistration>>(device, DeviceActorMethods.WriteRegistration, write).Outcome);
    }
}
