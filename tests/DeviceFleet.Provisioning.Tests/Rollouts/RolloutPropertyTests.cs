using CsCheck;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Rollouts;
using DeviceFleet.Provisioning.Rollouts;

namespace DeviceFleet.Provisioning.Tests.Rollouts;

/// <summary>Devices that fail, lie, vanish and come back, people who interfere, and a process that is killed at any moment: what holds all the same.</summary>
public sealed class RolloutPropertyTests
{
    [Fact]
    public void Whatever_happens_a_rollout_keeps_its_bounds_and_ends() => Gen.Int[0, int.MaxValue - 1].Sample(seed => RunOf(seed), iter: 1_000);

    private static void RunOf(int seed)
    {
        var random = new Random(seed);
        var plan = Rollout.Plan() with
        {
            Waves = random.Next(3) switch
            {
                0 => [new WavePlan { UpToPercent = 100, SoakMs = random.Next(2) * 30_000 }],
                1 => [new WavePlan { UpToPercent = 30, SoakMs = 10_000 }, new WavePlan { UpToPercent = 100 }],
                _ => [new WavePlan { UpToPercent = 5 }, new WavePlan { UpToPercent = 25, SoakMs = 20_000 }, new WavePlan { UpToPercent = 100, SoakMs = 5_000 }],
            },
            AbortAbovePercent = random.Next(3) * 25,
            AbortFailuresMin = random.Next(1, 4),
            RollBack = random.Next(2) == 0,
            Parallel = random.Next(1, 6),
            DeviceTimeoutMs = 60_000,
            Window = random.Next(4) == 0 ? new MaintenanceWindow(random.Next(5), random.Next(30, 1_440)) : null,
        };
        var run = new Rollout(random.Next(1, 20), plan);
        var watcher = new Watcher(run);
        for (var step = 0; step < 150; step++)
        {
            Something(run, random);
            watcher.Check();
        }

        run.Change(RolloutAction.Resume);
        watcher.Check();
        var end = run.Now + (10 * 86_400_000L);
        while (run.Machine.Head.EndedAt is null)
        {
            Assert.True(run.Now < end, "It has not ended after ten days.");
            Disturb(run, random);
            run.Tick();
            watcher.Check();
            run.Pass(random.Next(5_000, 120_000));
        }

        Assert.DoesNotContain(run.Machine.Entries, entry => entry.IsUnderWay || entry.State == RolloutDeviceState.Pending);
        Assert.Equal(-1, run.Machine.Stage);
        foreach (var action in Enum.GetValues<RolloutAction>())
        {
            Assert.NotEqual(ChangeOutcome.Applied, run.Change(action));
        }

        run.Tick();
        watcher.Check();
    }

    private static void Something(Rollout run, Random random)
    {
        switch (random.Next(14))
        {
            case 0 when random.Next(4) == 0:
                run.Change((RolloutAction)random.Next(4), "so");
                break;
            case 1:
                run.Change(random.Next(2) == 0 ? RolloutAction.Pause : RolloutAction.Resume);
                break;
            case 2:
                run.Restart();
                break;
            case 3:
                run.Look();
                break;
            case 4:
                run.WriteButForget();
                break;
            case 5:
                run.Pass(random.Next(20_000));
                break;
            case < 10:
                Disturb(run, random);
                break;
            default:
                run.Tick();
                break;
        }
    }

    private static void Disturb(Rollout run, Random random)
    {
        var device = run.Devices[random.Next(run.Devices.Length)];
        switch (random.Next(16))
        {
            case 0:
                device.IsOnline = !device.IsOnline;
                break;
            case 1:
                device.IsUnknown = !device.IsUnknown;
                break;
            case 2 when random.Next(4) == 0:
                device.IsThere = false;
                break;
            case 3:
                device.IsCritical = !device.IsCritical;
                break;
            case 4:
                device.Report(device.Firmware?.Version ?? "1.0.0", "failed", "broken");
                break;
            case 5:
                device.Report(device.Firmware?.Version ?? "1.0.0", "installed");
                break;
            case 6:
                device.Report(device.Firmware?.Version ?? "1.0.0", "downloading");
                break;
            case 7 when random.Next(4) == 0:
                device.Firmware = null;
                break;
            case 8 when random.Next(8) == 0:
                device.Order = device.Order is { } order ? order with { Rollout = "another" } : null;
                break;
            default:
                device.Obey();
                break;
        }
    }

    /// <summary>Compares each moment with the one before.</summary>
    private sealed class Watcher(Rollout run)
    {
        private RolloutHead _head = run.Machine.Head;
        private IReadOnlyList<RolloutEntry> _entries = [.. run.Machine.Entries];

        public void Check()
        {
            var (machine, plan) = (run.Machine, run.Machine.Head.Plan);
            var entries = machine.Entries.ToArray();
            Assert.InRange(entries.Count(entry => entry.IsUnderWay), 0, plan.Parallel);
            Assert.All(machine.View(run.Now).Waves, wave => Assert.Equal(wave.Devices, wave.Counts.Values.Sum()));
            Assert.InRange(machine.Head.Revision, _head.Revision, long.MaxValue);
            var tasks = machine.Tasks(1_000);
            if (machine.Head.State != RolloutState.Running)
            {
                Assert.DoesNotContain(tasks, task => task.Kind == RolloutTaskKind.Update);
            }

            foreach (var (before, after) in _entries.Zip(entries))
            {
                CheckMove(before, after);
            }

            if (_head.State is RolloutState.Done or RolloutState.Aborted or RolloutState.Cancelled)
            {
                Assert.Equal(_head.State, machine.Head.State);
            }

            if (_head.EndedAt is not null)
            {
                Assert.Equal((_head.Revision, _head.EndedAt), (machine.Head.Revision, machine.Head.EndedAt));
                Assert.Equal(_entries, entries);
            }

            (_head, _entries) = (machine.Head, entries);
        }

        private void CheckMove(RolloutEntry before, RolloutEntry after)
        {
            var isNewTurn = before.State == RolloutDeviceState.Pending && after.BegunAt is not null;
            if (isNewTurn)
            {
                // Of this moment or of one since the last check, in which nothing else happened.
                Assert.Equal(RolloutState.Running, _head.State);
                Assert.Null(run.Machine.Head.Plan.Window.OpensAt(after.BegunAt!.Value));
            }

            if (before.ToldAt is not null && before.State == after.State)
            {
                Assert.Equal(before.ToldAt, after.ToldAt); // told once in each direction
            }

            RolloutDeviceState[] ends = [RolloutDeviceState.Skipped, RolloutDeviceState.Failed, RolloutDeviceState.RolledBack, RolloutDeviceState.RollbackFailed];
            if (ends.Contains(before.State))
            {
                Assert.Equal(before.State, after.State);
            }
        }
    }
}
