using CsCheck;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Gateway.Alarms;
using static DeviceFleet.Gateway.Tests.Fakes.Samples;

namespace DeviceFleet.Gateway.Tests.Alarms;

public sealed class AlarmBookTests
{
    private readonly AlarmBook _book = new();

    [Fact]
    public void The_most_severe_come_first_and_of_these_the_newest()
    {
        _book.Take(Alarm("a", "x", severity: AlarmSeverity.Info, raisedAt: 9), 1);
        _book.Take(Alarm("b", "x", severity: AlarmSeverity.Critical, raisedAt: 1), 1);
        _book.Take(Alarm("c", "x", severity: AlarmSeverity.Critical, raisedAt: 2), 1);

        Assert.Equal(["c", "b", "a"], _book.List(withCleared: false, severity: null).Select(alarm => alarm.DeviceId.Value));
        Assert.Equal(["a"], _book.List(withCleared: false, AlarmSeverity.Info).Select(alarm => alarm.DeviceId.Value));
    }

    [Fact]
    public void An_alarm_never_moves_back_in_its_life()
    {
        Assert.True(_book.Take(Alarm("a", "x", state: AlarmState.Cleared), 3));
        Assert.False(_book.Take(Alarm("a", "x", state: AlarmState.Active), 2));
        Assert.False(_book.Take(Alarm("a", "x", state: AlarmState.Acknowledged), 9));

        Assert.Empty(_book.List(withCleared: false, severity: null));
        Assert.Single(_book.List(withCleared: true, severity: null));
    }

    [Fact]
    public void Of_the_same_state_the_newer_revision_stays()
    {
        _book.Take(Alarm("a", "x") with { Assignee = "ada" }, 5);
        _book.Take(Alarm("a", "x") with { Assignee = "bob" }, 4);

        Assert.Equal("ada", Assert.Single(_book.List(withCleared: false, severity: null)).Assignee);
    }

    [Fact]
    public void Beyond_the_bound_the_least_severe_and_oldest_is_left_out()
    {
        for (var i = 0; i < AlarmBook.ActiveMax; i++)
        {
            _book.Take(Alarm("a", "x", number: i + 1, raisedAt: i), 1);
        }

        _book.Take(Alarm("a", "y", severity: AlarmSeverity.Critical), 1);
        _book.Take(Alarm("a", "z", severity: AlarmSeverity.Info), 1);

        var all = _book.List(withCleared: false, severity: null);
        Assert.Equal(AlarmBook.ActiveMax, all.Count);
        Assert.Equal("y-1", all[0].Id);
        Assert.DoesNotContain(all, alarm => alarm.Id is "x-1" or "z-1");
    }

    [Fact]
    public void No_more_cleared_ones_are_remembered_than_the_bound()
    {
        for (var i = 0; i <= AlarmBook.ClearedMax; i++)
        {
            _book.Take(Alarm("a", "x", number: i + 1, state: AlarmState.Cleared), 1);
        }

        Assert.Equal(AlarmBook.ClearedMax, _book.List(withCleared: true, severity: null).Count);
    }

    [Fact]
    public void What_is_known_in_the_end_does_not_depend_on_order_and_repetition_of_events()
    {
        // The life of four alarms; each event comes once or twice, in any order.
        DeviceAlarm[] lives =
        [
            .. from device in new[] { "a", "b" }
               from rule in new[] { "x", "y" }
               from state in Enum.GetValues<AlarmState>()
               where (device, rule) != ("b", "y") || state != AlarmState.Cleared
               select Alarm(device, rule, state: state),
        ];
        Gen.Shuffle(lives).Select(Gen.Int[0, lives.Length - 1].List[0, 10]).Sample(
            (events, again) =>
            {
                var book = new AlarmBook();
                foreach (var alarm in events.Concat(again.Select(index => lives[index])))
                {
                    book.Take(alarm, (long)alarm.State + 1);
                }

                Assert.Equal(["y-1"], book.List(withCleared: false, severity: null).Select(alarm => alarm.Id));
                Assert.Equal(4, book.List(withCleared: true, severity: null).Count);
            },
            iter: 1_000);
    }
}
