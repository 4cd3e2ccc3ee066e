using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Rollouts;
using DeviceFleet.Provisioning.Rollouts;
using static DeviceFleet.Provisioning.Tests.Rollouts.Rollout;

namespace DeviceFleet.Provisioning.Tests.Rollouts;

public sealed class RolloutMachineTests
{
    [Fact]
    public void Waves_share_devices_by_percent_and_the_last_takes_the_rest()
    {
        Assert.Equal([5, 20, 75], WavesOf(100, 5, 25, 100));
        Assert.Equal([1, 0, 0], WavesOf(1, 5, 25, 100));
        Assert.Equal([1, 1, 5], WavesOf(7, 5, 25, 100));
        Assert.Equal([33, 967], WavesOf(1_000, 3.3, 100));
    }

    [Theory]
    [InlineData(10, 1, 100, 11)]
    [InlineData(10, 1, 5, 1)]
    [InlineData(0, 1, 50, 1)]
    [InlineData(10, 3, 5, 3)]
    [InlineData(100, 1, 4, 5)]
    public void The_line_is_more_than_the_share_and_not_before_so_many(double percent, int atLeast, int devices, int line) =>
        Assert.Equal(line, RolloutMachine.AbortAt(Plan() with { AbortAbovePercent = percent, AbortFailuresMin = atLeast }, devices));

    [Fact]
    public void A_device_is_updated_when_it_reports_the_version_and_is_there()
    {
        var run = new Rollout(1);
        run.Tick();
        Assert.Equal(RolloutDeviceState.Offered, run.State(0));
        Assert.Equal("1.0.0", run.Machine.Entries[0].Before);

        run.Devices[0].Report("1.0.0", "downloading");
        run.Tick();
        Assert.Equal(RolloutDeviceState.Updating, run.State(0));

        run.Devices[0].Report("2.0.0", "installed");
        run.Devices[0].IsOnline = false;
        run.Tick();
        Assert.Equal(RolloutDeviceState.Updating, run.State(0));

        run.Devices[0].IsOnline = true;
        run.Tick();
        Assert.Equal(RolloutDeviceState.Updated, run.State(0));
        Assert.Equal(RolloutState.Done, run.Machine.Head.State);
        Assert.NotNull(run.Machine.Head.EndedAt);
    }

    [Fact]
    public void What_has_the_version_or_is_not_there_is_skipped()
    {
        var run = new Rollout(3);
        run.Devices[0].Report("2.0.0", null);
        run.Devices[1].IsThere = false;
        run.Tick();

        Assert.Equal([RolloutDeviceState.Skipped, RolloutDeviceState.Skipped, RolloutDeviceState.Offered], run.States());
        Assert.Equal("There is no such device.", run.Machine.Entries[1].Error);
    }

    [Fact]
    public void A_device_that_says_it_failed_or_refuses_or_is_silent_failed()
    {
        var run = new Rollout(3, Plan() with { AbortFailuresMin = 4 });
        run.Tick();
        run.Devices[0].Report("1.0.0", "failed", "flash is worn");
        run.Devices[1].Report("1.0.0", "refused");
        run.Tick();
        run.Pass(Plan().DeviceTimeoutMs + 1);
        run.Tick();

        Assert.Equal([RolloutDeviceState.Failed, RolloutDeviceState.Failed, RolloutDeviceState.Failed], run.States());
        Assert.Equal(["flash is worn", "It reported refused.", "It did not answer in time."], run.Machine.Entries.Select(entry => entry.Error));
        Assert.Equal(RolloutState.Done, run.Machine.Head.State);
    }

    [Fact]
    public void A_device_that_failed_in_an_earlier_rollout_is_not_failed_in_this_one()
    {
        var run = new Rollout(1);
        run.Tick();
        run.Devices[0].Firmware = new FirmwareReport { Version = "1.0.0", State = "failed", Target = "2.0.0", Rollout = "another" };
        run.Tick();

        Assert.Equal(RolloutDeviceState.Offered, run.State(0));
    }

    [Fact]
    public void A_device_that_says_installed_and_after_a_restart_runs_the_old_version_lies()
    {
        var run = new Rollout(2, Plan() with { AbortFailuresMin = 3 });
        run.Tick();
        run.Devices[0].Report("1.0.0", "installed");
        run.Devices[1].Report("1.0.0", "installed");
        run.Tick();
        Assert.Equal([RolloutDeviceState.Updating, RolloutDeviceState.Updating], run.States());

        run.Devices[0].Boot++;
        run.Devices[1].Boot++;
        run.Devices[1].Report("2.0.0", "installed");
        run.Tick();
        Assert.Equal([RolloutDeviceState.Failed, RolloutDeviceState.Updated], run.States());
        Assert.Equal("It says that it installed 2.0.0, but runs 1.0.0.", run.Machine.Entries[0].Error);
    }

    [Fact]
    public void A_device_that_repeats_its_claim_or_lets_it_stand_lies()
    {
        var run = new Rollout(2, Plan() with { AbortFailuresMin = 3 });
        run.Tick();
        run.Devices[0].Report("1.0.0", "installed");
        run.Devices[1].Report("1.0.0", "installed");
        run.Tick();
        run.Devices[0].Report("1.0.0", "installed");
        run.Tick();
        Assert.Equal([RolloutDeviceState.Failed, RolloutDeviceState.Updating], run.States());

        run.Pass(Bounds.ClaimMsMax + 1);
        run.Tick();
        Assert.Equal(RolloutDeviceState.Failed, run.State(1));
    }

    [Fact]
    public void A_wave_is_watched_and_who_falls_ill_failed()
    {
        var run = new Rollout(4, Plan() with { Waves = [new WavePlan { UpToPercent = 100, SoakMs = 600_000 }], AbortFailuresMin = 5 });
        run.Devices[3].IsCritical = true; // it was ill before
        run.UpdateAll();
        Assert.Equal(WaveState.Soaking, run.Machine.Head.Waves[0].State);

        run.Devices[0].IsCritical = true;
        run.Devices[1].Report("1.0.0", "idle");
        run.Devices[2].IsOnline = false;
        run.Tick();
        Assert.Equal([RolloutDeviceState.Failed, RolloutDeviceState.Failed, RolloutDeviceState.Updated, RolloutDeviceState.Updated], run.States());

        run.Pass(Bounds.AwayMsMax + 1);
        run.Tick();
        Assert.Equal(RolloutDeviceState.Failed, run.State(2));
        Assert.Equal(RolloutState.Running, run.Machine.Head.State);

        run.Pass(600_000);
        run.Tick();
        Assert.Equal(RolloutState.Done, run.Machine.Head.State);
    }

    [Fact]
    public void A_wave_does_not_pass_while_one_of_its_devices_is_away()
    {
        var run = new Rollout(2, Plan() with { Waves = [new WavePlan { UpToPercent = 50, SoakMs = 60_000 }, new WavePlan { UpToPercent = 100 }] });
        run.UpdateAll();
        run.Devices[0].IsOnline = false;
        run.Pass(60_000);
        run.Tick();
        Assert.Equal(0, run.Machine.Stage);

        run.Devices[0].IsOnline = true;
        run.Tick();
        Assert.Equal(1, run.Machine.Stage);
    }

    [Fact]
    public void Above_the_line_it_aborts_and_puts_back_what_was_updated_and_what_is_under_way()
    {
        var run = new Rollout(8, Plan() with { Waves = [new WavePlan { UpToPercent = 50 }, new WavePlan { UpToPercent = 100 }], AbortAbovePercent = 25, Parallel = 4 });
        run.Tick();
        run.Devices[0].Report("2.0.0", "installed");
        run.Devices[1].Report("1.0.0", "failed");
        run.Tick();
        Assert.Equal(RolloutState.Running, run.Machine.Head.State);

        run.Devices[2].Report("1.0.0", "failed");
        run.Tick();
        Assert.Equal((RolloutState.RollingBack, WaveState.Failed), (run.Machine.Head.State, run.Machine.Head.Waves[0].State));
        Assert.Equal("2 of 4 devices of wave 1 failed; with 2 the rollout is aborted.", run.Machine.Head.Detail);
        Assert.Equal([RolloutDeviceState.RollingBack, RolloutDeviceState.Failed, RolloutDeviceState.Failed, RolloutDeviceState.RollingBack], run.States()[..4]);
        Assert.All(run.States()[4..], state => Assert.Equal(RolloutDeviceState.Skipped, state));
        Assert.Equal(("1.0.0", true), (run.Devices[0].Order!.Version, run.Devices[0].Order!.MayBeOlder));
        Assert.Equal("1.0.0", run.Devices[1].Order!.Version); // the order that it failed does not wait for it

        run.Devices[0].Obey();
        run.Devices[3].Obey();
        run.Tick();
        Assert.Equal((RolloutState.Aborted, true), (run.Machine.Head.State, run.Machine.Head.EndedAt is not null));
        Assert.Equal([RolloutDeviceState.RolledBack, RolloutDeviceState.Failed, RolloutDeviceState.Failed, RolloutDeviceState.RolledBack], run.States()[..4]);
    }

    [Fact]
    public void What_a_device_ran_before_has_to_be_known_to_put_it_back()
    {
        var run = new Rollout(2);
        run.Devices[0].Firmware = null;
        run.Tick();
        Assert.Equal(ChangeOutcome.Applied, run.Change(RolloutAction.RollBack));
        run.Tick();

        Assert.Equal((RolloutDeviceState.RollbackFailed, "What it ran before is not known."), (run.State(0), run.Machine.Entries[0].Error));
        Assert.Null(run.Devices[0].Order);
        run.Devices[1].Obey();
        run.Tick();
        Assert.Equal((RolloutState.Cancelled, true), (run.Machine.Head.State, run.Machine.Head.EndedAt is not null));
    }

    [Fact]
    public void Without_putting_back_what_was_told_goes_on()
    {
        var run = new Rollout(4, Plan() with { RollBack = false, Parallel = 2 });
        run.Tick();
        run.Devices[0].Report("1.0.0", "failed");
        run.Tick();
        Assert.Equal((RolloutState.Aborted, (long?)null), (run.Machine.Head.State, run.Machine.Head.EndedAt));
        Assert.Null(run.Devices[2].Order);

        run.Devices[1].Obey();
        run.Tick();
        Assert.Equal([RolloutDeviceState.Failed, RolloutDeviceState.Updated, RolloutDeviceState.Skipped, RolloutDeviceState.Skipped], run.States());
        Assert.NotNull(run.Machine.Head.EndedAt);
    }

    [Fact]
    public void Nobody_is_told_while_it_is_paused_and_what_was_told_goes_on()
    {
        var run = new Rollout(4, Plan() with { Parallel = 2 });
        run.Tick();
        Assert.Equal(ChangeOutcome.Applied, run.Change(RolloutAction.Pause));
        Assert.Equal(ChangeOutcome.Unchanged, run.Change(RolloutAction.Pause));
        run.Devices[0].Obey();
        run.Tick();
        run.Tick();
        Assert.Equal([RolloutDeviceState.Updated, RolloutDeviceState.Offered, RolloutDeviceState.Pending, RolloutDeviceState.Pending], run.States());

        Assert.Equal(ChangeOutcome.Applied, run.Change(RolloutAction.Resume));
        run.Tick();
        Assert.Equal(RolloutDeviceState.Offered, run.State(2));
    }

    [Fact]
    public void An_order_that_may_or_may_not_have_been_written_is_held_by_a_pause_and_taken_back_by_an_end()
    {
        var run = new Rollout(1);
        run.Look(); // and is killed before it writes
        run.Change(RolloutAction.Pause);
        run.Pass(Plan().DeviceTimeoutMs + 1);
        run.Tick();
        Assert.Equal(RolloutDeviceState.Offered, run.State(0));
        Assert.Null(run.Devices[0].Order);

        run.Change(RolloutAction.Resume);
        run.Tick();
        Assert.NotNull(run.Devices[0].Order);

        var other = new Rollout(1);
        other.Look();
        other.WriteButForget();
        other.Change(RolloutAction.Cancel);
        other.Tick();
        Assert.Equal((RolloutDeviceState.Skipped, "1.0.0"), (other.State(0), other.Devices[0].Order!.Version));
        Assert.NotNull(other.Machine.Head.EndedAt);
    }

    [Fact]
    public void A_cancelled_rollout_ends_when_what_was_told_is_over()
    {
        var run = new Rollout(3, Plan() with { Parallel = 1 });
        run.Tick();
        Assert.Equal(ChangeOutcome.Applied, run.Change(RolloutAction.Cancel, "no longer needed"));
        Assert.Equal((RolloutState.Cancelled, (long?)null, "Cancelled by olga: no longer needed"), (run.Machine.Head.State, run.Machine.Head.EndedAt, run.Machine.Head.Detail));
        Assert.Equal(ChangeOutcome.Conflict, run.Change(RolloutAction.Resume));
        Assert.Equal(ChangeOutcome.Conflict, run.Change(RolloutAction.RollBack));

        run.Devices[0].Obey();
        run.Tick();
        Assert.Equal([RolloutDeviceState.Updated, RolloutDeviceState.Skipped, RolloutDeviceState.Skipped], run.States());
        Assert.NotNull(run.Machine.Head.EndedAt);
    }

    [Fact]
    public void Devices_are_told_only_inside_the_window()
    {
        // The clock begins at midnight.
        var run = new Rollout(2, Plan() with { Window = new MaintenanceWindow(60, 30), Parallel = 1 });
        run.Tick();
        Assert.Equal([RolloutDeviceState.Pending, RolloutDeviceState.Pending], run.States());
        Assert.Equal(60 * 60_000, run.Machine.View(run.Now).WindowOpensAt - Midnight);

        run.Pass(60 * 60_000);
        run.Tick();
        Assert.Equal([RolloutDeviceState.Offered, RolloutDeviceState.Pending], run.States());
        Assert.Null(run.Machine.View(run.Now).WindowOpensAt);

        run.Pass(30 * 60_000 - 1_000);
        run.Devices[0].Obey();
        run.Tick();
        run.Pass(1_000);
        run.Tick();
        Assert.Equal([RolloutDeviceState.Updated, RolloutDeviceState.Pending], run.States());
    }

    [Theory]
    [InlineData(60, 30, 0, 60)]
    [InlineData(60, 30, 60, null)]
    [InlineData(60, 30, 89, null)]
    [InlineData(60, 30, 90, 1_500)]
    [InlineData(1_380, 120, 30, null)]
    [InlineData(1_380, 120, 60, 1_380)]
    [InlineData(0, 1_440, 700, null)]
    public void A_window_opens_every_day(int from, int minutes, int at, int? opens) =>
        Assert.Equal(opens * 60_000L + Midnight, new MaintenanceWindow(from, minutes).OpensAt(Midnight + (at * 60_000L)));

    [Fact]
    public void Another_order_in_the_place_of_ours_is_a_failure_and_is_left_alone()
    {
        var run = new Rollout(2, Plan() with { AbortFailuresMin = 1 });
        run.Tick();
        run.Devices[0].Order = run.Devices[0].Order! with { Rollout = "another", Version = "3.0.0" };
        run.Tick();
        run.Tick();

        Assert.Equal((RolloutDeviceState.Failed, "Another order took the place of this one."), (run.State(0), run.Machine.Entries[0].Error));
        Assert.Equal("3.0.0", run.Devices[0].Order!.Version);
    }

    [Fact]
    public void A_device_that_cannot_be_asked_lets_others_go_first_and_fails_in_time()
    {
        var run = new Rollout(2, Plan() with { Parallel = 1, AbortFailuresMin = 3 });
        run.Devices[0].IsUnknown = true;
        run.Tick();
        run.Tick();
        Assert.Equal([RolloutDeviceState.Pending, RolloutDeviceState.Offered], run.States());

        run.Devices[1].Obey();
        run.Tick();
        run.Pass(Plan().DeviceTimeoutMs + 2_000);
        run.Tick();
        Assert.Equal([RolloutDeviceState.Failed, RolloutDeviceState.Updated], run.States());
    }

    [Fact]
    public void Pages_go_through_a_wave_in_order()
    {
        var machine = new Rollout(10, Plan() with { Waves = [new WavePlan { UpToPercent = 30 }, new WavePlan { UpToPercent = 100 }] }).Machine;

        Assert.Equal(["d0", "d1"], Ids(machine.Page(new RolloutDevicesQuery(null, null, 2))));
        Assert.Equal(["d3", "d4"], Ids(machine.Page(new RolloutDevicesQuery(1, null, 2))));
        Assert.Equal(["d2"], Ids(machine.Page(new RolloutDevicesQuery(0, DeviceId.Parse("d1"), 10))));
        Assert.Empty(machine.Page(new RolloutDevicesQuery(0, DeviceId.Parse("none"), 10)).Devices);
        Assert.Empty(machine.Page(new RolloutDevicesQuery(7, null, 10)).Devices);
        Assert.Equal((7, 1), (machine.Page(new RolloutDevicesQuery(1, null, 1)).Total, machine.Page(new RolloutDevicesQuery(1, null, 1)).Devices[0].Wave));
    }

    [Fact]
    public void All_that_is_wrong_with_an_order_is_said_together()
    {
        var plan = Plan() with { Waves = [new WavePlan { UpToPercent = 50 }, new WavePlan { UpToPercent = 40 }], Parallel = 0, AbortAbovePercent = double.NaN, AbortFailuresMin = 0, DeviceTimeoutMs = 0 };
        var order = Order(2, plan with { Window = new MaintenanceWindow(-1, 0) }) with { Id = "provision-1", By = "", Targets = new RolloutTargets() };

        Assert.Equal(9, RolloutFaults.Of(order).Count);
        Assert.Empty(RolloutFaults.Of(Order(2, Plan())));
    }

    private static IEnumerable<string> Ids(RolloutDevices page) => page.Devices.Select(device => device.DeviceId.Value);

    private static IEnumerable<int> WavesOf(int devices, params double[] percents)
    {
        var plan = Plan() with { Waves = [.. percents.Select(percent => new WavePlan { UpToPercent = percent })] };
        return new Rollout(devices, plan).Machine.Head.Waves.Select(wave => wave.Devices);
    }
}
