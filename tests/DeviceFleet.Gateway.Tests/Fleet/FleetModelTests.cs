using CsCheck;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Gateway.Fleet;
using static DeviceFleet.Gateway.Tests.Fakes.Samples;

namespace DeviceFleet.Gateway.Tests.Fleet;

public sealed class FleetModelTests
{
    private const long Now = 1_700_000_000_000;

    private readonly FleetModel _model = new(new FleetOptions());

    [Fact]
    public void The_newest_revision_wins_whatever_order_events_come_in()
    {
        _model.Take(PresenceChange("a", 5, Presence.Offline, Now).View);

        _model.Take(Telemetry("a", 4, Now - 10, seq: 3, value: 7), Now);

        var row = Assert.Single(_model.Rows());
        Assert.Equal((Presence.Offline, 5L), (row.Presence, row.Revision));
        Assert.Single(_model.Recent(row.Id));
    }

    [Fact]
    public void A_late_sample_does_not_overwrite_a_newer_value()
    {
        _model.Take(Telemetry("a", 1, Now, seq: 9, value: 9), Now);
        _model.Take(Telemetry("a", 2, Now + 5, seq: 8, value: 8), Now + 5);

        Assert.Equal(9, _model.Rows()[0].Metrics["t"]);
        Assert.Equal(2, _model.Rows()[0].Totals.Applied);
    }

    [Fact]
    public void A_device_goes_stale_when_its_actor_says_so_and_comes_back_with_a_sample()
    {
        _model.Take(Telemetry("a", 1, Now), Now);
        _model.Take(PresenceChange("a", 2, Presence.Stale, Now + 30_000).View);
        Assert.Equal((0L, 1L), Standing());

        _model.Take(Telemetry("a", 3, Now + 40_000, seq: 1), Now + 40_000);

        Assert.Equal((1L, 0L), Standing());
    }

    [Fact]
    public void A_device_that_was_removed_is_gone_from_rows_and_sums_and_nothing_late_brings_it_back()
    {
        _model.Take(Telemetry("a", 1, Now), Now);
        _model.Take(Telemetry("b", 1, Now), Now);
        _model.TakeUpdates(Now);

        _model.Remove(DeviceId.Parse("a"), 5);
        _model.Take(Telemetry("a", 4, Now, seq: 9), Now);
        _model.Take(View("a", 5, Presence.Online, Now));

        Assert.Equal(["b"], _model.Rows().Select(row => row.Id.Value));
        Assert.Equal((1L, 1L), (_model.Counters(Now).Total, _model.Counters(Now).Applied));
        Assert.Equal(["a"], _model.TakeUpdates(Now)!.Removed.Select(id => id.Value));
        Assert.Empty(_model.TakeUpdates(Now + 2_000)!.Removed);
    }

    [Fact]
    public void A_device_that_is_made_again_is_back()
    {
        _model.Take(Telemetry("a", 1, Now), Now);
        _model.Take(View("a", 5, Presence.Offline, Now) with { IsRemoved = true });

        _model.Take(View("a", 6, Presence.Unknown, null));

        Assert.Single(_model.Rows());
        Assert.Empty(_model.TakeUpdates(Now)!.Removed);
    }

    [Fact]
    public void Silence_alone_changes_no_standing()
    {
        _model.Take(Telemetry("a", 1, Now), Now);

        Assert.Equal(1, _model.Counters(Now + 86_400_000).Online);
    }

    [Fact]
    public void A_row_has_what_its_actor_tells_and_a_sample_leaves_that_as_it_is()
    {
        _model.Take(View("a", 1, Presence.Online, Now) with
        {
            Type = "pump",
            Group = GroupPath.Parse("oslo/line-2"),
            Tags = new Dictionary<string, string> { ["floor"] = "3" },
            Firmware = "2.1.0",
            Alarms = new AlarmSummary(2, 1, AlarmSeverity.Critical),
            Twin = new TwinSummary(4, 3, Now - 5),
            OpenCommands = 7,
            Sessions = new SessionSummary(9, Now, 1, IsFlapping: true),
        });

        _model.Take(Telemetry("a", 2, Now, seq: 1), Now);

        var row = Assert.Single(_model.Rows());
        Assert.Equal(("pump", "oslo/line-2", "3", "2.1.0"), (row.Type, row.Group?.Value, row.Tags!["floor"], row.Firmware));
        Assert.Equal((2, AlarmSeverity.Critical, Now - 5, 7, true), (row.Alarms, row.Severity, row.PendingSince, row.OpenCommands, row.IsFlapping));
        Assert.Equal(2, row.Revision);
    }

    [Fact]
    public void A_view_that_samples_have_overtaken_still_tells_what_only_views_tell()
    {
        _model.Take(Telemetry("a", 3, Now, seq: 1, value: 7), Now);

        _model.Take(View("a", 2, Presence.Offline, Now - 10, value: 1) with { Type = "pump", Alarms = new AlarmSummary(1, 1, AlarmSeverity.Warning) });
        _model.Take(View("a", 1, Presence.Offline, Now - 20) with { Type = "older" });

        var row = Assert.Single(_model.Rows());
        Assert.Equal(("pump", 1, Presence.Online, 3L), (row.Type, row.Alarms, row.Presence, row.Revision));
        Assert.Equal((7, Now), (row.Metrics["t"], row.LastSeen));
        Assert.Equal(1, _model.Counters(Now).Alarming);
    }

    [Fact]
    public void Alarming_counts_devices_and_not_alarms()
    {
        _model.Take(View("a", 1, Presence.Online, Now) with { Alarms = new AlarmSummary(3, 0, AlarmSeverity.Info) });
        _model.Take(View("b", 1, Presence.Online, Now) with { Alarms = new AlarmSummary(1, 1, AlarmSeverity.Critical) });
        Assert.Equal(2, _model.Counters(Now).Alarming);

        _model.Take(View("a", 2, Presence.Online, Now));

        Assert.Equal(1, _model.Counters(Now).Alarming);
    }

    [Fact]
    public void Refusals_by_the_broker_are_counted_apart()
    {
        _model.Take(new RejectedEvent { Reason = RejectionReasons.WrongTopic, Detail = "d", At = Now, By = "broker" });

        var counters = _model.Counters(Now);
        Assert.Equal((1L, 0L, 0L), (counters.RefusedByBroker, counters.Received, counters.Total));
        Assert.Equal(RejectionReasons.WrongTopic, Assert.Single(_model.Rejections()).Reason);
    }

    [Fact]
    public void A_refusal_brings_the_counts_of_its_device()
    {
        var view = View("a", 3, Presence.Online, Now, Totals(2, invalid: 1));
        _model.Take(new RejectedEvent { Reason = RejectionReasons.Malformed, Detail = "d", At = Now, By = "devices", View = view });

        Assert.Equal((3L, 2L, 1L), (_model.Counters(Now).Received, _model.Counters(Now).Applied, _model.Counters(Now).Rejected));
        Assert.Null(_model.Rejections()[0].View);
    }

    [Fact]
    public void At_most_fifty_refusals_are_remembered_newest_first()
    {
        for (var i = 0; i < 60; i++)
        {
            _model.Take(new RejectedEvent { Reason = RejectionReasons.WrongTopic, Detail = $"{i}", At = Now, By = "broker" });
        }

        Assert.Equal(50, _model.Rejections().Count);
        Assert.Equal("59", _model.Rejections()[0].Detail);
        Assert.Equal(60, _model.Counters(Now).RefusedByBroker);
    }

    [Fact]
    public void Updates_follow_a_snapshot_without_a_gap_and_carry_what_changed()
    {
        _model.Take(Telemetry("a", 1, Now), Now);
        _model.TakeUpdates(Now);
        var snapshot = _model.Snapshot(Now);
        _model.Take(Telemetry("b", 1, Now), Now);

        var updates = _model.TakeUpdates(Now + 100)!;

        Assert.Equal(snapshot.Sequence + 1, updates.Sequence);
        Assert.Equal("b", Assert.Single(updates.Devices).Id.Value);
        Assert.Null(_model.TakeUpdates(Now + 200));
        Assert.Equal(updates.Sequence + 1, _model.TakeUpdates(Now + 1_100)!.Sequence);
    }

    [Fact]
    public void The_rate_is_of_the_last_ten_seconds_and_the_lag_its_median()
    {
        for (var i = 0; i < 50; i++)
        {
            _model.Take(Telemetry("a", i + 1, Now - (i % 2 == 0 ? 10 : 30), seq: i), Now);
        }

        Assert.Equal((5.0, 20.0), (_model.Counters(Now).AppliedPerSecond, _model.Counters(Now).LagMs));
        Assert.Equal((0.0, null), (_model.Counters(Now + 10_000).AppliedPerSecond, _model.Counters(Now + 10_000).LagMs));
    }

    [Fact]
    public void A_device_that_is_only_named_is_unknown()
    {
        _model.Name(DeviceId.Parse("a"));

        Assert.Equal((1L, 1L), (_model.Counters(Now).Total, _model.Counters(Now).Unknown));
    }

    [Fact]
    public void Watchers_get_new_samples_and_nothing_after_the_last_left()
    {
        var id = DeviceId.Parse("a");
        _model.Watch(id);
        _model.Take(Telemetry("a", 1, Now), Now);
        Assert.Single(Assert.Single(_model.TakeSamples()).Samples);
        Assert.Empty(_model.TakeSamples());

        _model.Unwatch(id);
        _model.Take(Telemetry("a", 2, Now, seq: 1), Now);

        Assert.Empty(_model.TakeSamples());
    }

    [Fact]
    public void Counters_add_up_and_equal_the_newest_revisions_for_any_order_and_repetition_of_events()
    {
        var gen = Gen.Select(Gen.Int[0, 4], Gen.Int[1, 20], Gen.Int[0, 2], Gen.Int[0, 100_000]).List[1, 80];
        gen.Sample(
            steps =>
            {
                var model = new FleetModel(new FleetOptions());
                var newest = new Dictionary<string, long>();
                var now = Now;
                foreach (var (device, revision, kind, passed) in steps)
                {
                    now += passed;
                    var id = $"d{device}";
                    newest[id] = Math.Max(newest.GetValueOrDefault(id), revision);
                    switch (kind)
                    {
                        case 0:
                            model.Take(Telemetry(id, revision, now, seq: revision), now);
                            break;
                        case 1:
                            model.Take(PresenceChange(id, revision, revision % 2 == 0 ? Presence.Offline : Presence.Stale, now).View);
                            break;
                        default:
                            model.Take(View(id, revision, Presence.Online, now) with { Alarms = new AlarmSummary((int)revision % 3, 0, null) });
                            break;
                    }

                    var counters = model.Counters(now);
                    Assert.Equal(counters.Total, counters.Online + counters.Stale + counters.Offline + counters.Unknown);
                    Assert.Equal(counters.Received, counters.Applied + counters.Duplicates + counters.Rejected);
                    Assert.Equal(newest.Values.Sum(), counters.Applied);
                    Assert.Equal(newest.Count, counters.Total);
                    Assert.Equal(
                        (model.Rows().Count(row => row.Presence == Presence.Stale), model.Rows().Count(row => row.Alarms > 0)), (counters.Stale, counters.Alarming));
                }
            },
            iter: 1_000);
    }

    private (long Online, long Stale) Standing()
    {
        var counters = _model.Counters(Now);
        return (counters.Online, counters.Stale);
    }
}
