using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Month.Tests.Runtime;

namespace DeviceFleet.Month.Tests.Devices;

/// <summary>What waits for days: commands for a device that is away, and alarms about silence.</summary>
public sealed class PatienceMonthTests
{
    private static readonly Dictionary<string, string?> Settings = new()
    {
        ["Presence:StaleAfter"] = "00:15:00",
        ["Presence:OfflineAfter"] = "01:00:00",
        ["Settings:PollEvery"] = "1.00:00:00",
    };

    [Fact]
    public Task Commands_wait_for_days_and_end_at_exactly_their_time() => SimulatedMonth.RunAsync(Settings, [], month =>
    {
        var commands = new Dictionary<string, string>();
        month.At(TimeSpan.FromDays(1), () => month.Publish("sleeper", "status", """{"online":true,"boot":1}"""));
        month.At(TimeSpan.FromDays(1) + TimeSpan.FromMinutes(5), () => month.Publish("sleeper", "status", """{"online":false,"boot":1}"""));
        month.At(TimeSpan.FromDays(2), () => Order(month, commands, "soon-over", TimeSpan.FromDays(3)));
        month.At(TimeSpan.FromDays(2), () => Order(month, commands, "first", TimeSpan.FromDays(20)));
        month.At(TimeSpan.FromDays(6), () => Order(month, commands, "second", TimeSpan.FromDays(20)));
        month.At(TimeSpan.FromDays(9), month.Restart);
        month.At(TimeSpan.FromDays(20), () => month.Publish("sleeper", "status", """{"online":true,"boot":2}"""));
        month.At(
            TimeSpan.FromDays(20) + TimeSpan.FromSeconds(10),
            () => month.Publish("sleeper", $"commands/{commands["first"]}/result", """{"ok":true,"result":{"took":7}}"""));
        month.RunTo(TimeSpan.FromDays(30));

        Assert.Equal(
            [$"fleet/sleeper/commands/{commands["first"]}", $"fleet/sleeper/commands/{commands["second"]}"],
            month.Sent.Where(message => message.Topic.Contains("/commands/", StringComparison.Ordinal)).Select(message => message.Topic));
        Assert.All(month.Sent.Where(message => message.Topic.Contains("/commands/", StringComparison.Ordinal)), message => Assert.Equal(SimulatedMonth.Start.AddDays(20), message.At));
        Assert.Equal(
            [
                (TimeSpan.FromDays(5), "soon-over", CommandState.Expired),
                (TimeSpan.FromDays(20) + TimeSpan.FromSeconds(10), "first", CommandState.Succeeded),
                (TimeSpan.FromDays(20) + TimeSpan.FromSeconds(60), "second", CommandState.Expired),
            ],
            month.Events(EventTypes.CommandChanged, ContractsJson.Default.CommandEvent)
                .Where(change => change.Event.Command.EndedAt is not null)
                .Select(change => (change.At, change.Event.Command.Name, change.Event.Command.State)));
        Assert.Equal(0, month.View("sleeper").OpenCommands);
    });

    [Fact]
    public Task A_nightly_silence_raises_one_alarm_each_night_and_the_morning_clears_it() => SimulatedMonth.RunAsync(
        Settings,
        new() { ["rule.silent"] = """{"version":1,"severity":"warning","when":{"kind":"absence","metric":"temp","for":"06:00:00"}}""" },
        month =>
        {
            const int days = 30;
            var seq = 0;
            for (var day = 0; day < days; day++)
            {
                for (var hour = 8; hour <= 20; hour++)
                {
                    month.At(TimeSpan.FromDays(day) + TimeSpan.FromHours(hour), () => month.Publish("shop", "telemetry", $$$"""{"boot":1,"seq":{{{seq++}}},"metrics":{"temp":20}}"""));
                }
            }

            month.At(TimeSpan.FromDays(7) + TimeSpan.FromHours(23), month.Crash);
            month.At(TimeSpan.FromDays(12) + TimeSpan.FromHours(5), month.Restart);
            month.RunTo(TimeSpan.FromDays(days) + TimeSpan.FromHours(4));

            var changes = month.Events(EventTypes.AlarmChanged, ContractsJson.Default.AlarmEvent).ConvertAll(change => (change.At, change.Event.Alarm.Number, change.Event.Alarm.State));
            var expected = new List<(TimeSpan, long, AlarmState)>();
            for (var night = 1; night <= days; night++)
            {
                expected.Add((TimeSpan.FromDays(night) + TimeSpan.FromHours(2), night, AlarmState.Active));
                if (night < days)
                {
                    expected.Add((TimeSpan.FromDays(night) + TimeSpan.FromHours(8), night, AlarmState.Cleared));
                }
            }

            Assert.Equal(expected, changes);
            Assert.Equal(1, month.View("shop").Alarms.Active);
        });

    private static void Order(SimulatedMonth month, Dictionary<string, string> commands, string name, TimeSpan expiresIn)
    {
        var request = new CommandRequest { Name = name, ExpiresInMs = (long)expiresIn.TotalMilliseconds, By = "ann", At = month.Now };
        var reply = month.Call<CommandRequest, ChangeReply<DeviceCommand>>("sleeper", DeviceActorMethods.SendCommand, request);
        Assert.Equal((ChangeOutcome.Applied, CommandState.Queued), (reply.Outcome, reply.Value!.State));
        commands[name] = reply.Value.Id;
    }
}
