using System.Text.Json;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Rollouts;
using DeviceFleet.Provisioning.Actors;
using DeviceFleet.Provisioning.Rollouts;

namespace DeviceFleet.Provisioning.Tests.Rollouts;

/// <summary>A rollout with devices that do what a test says, and a clock that moves when it says so.</summary>
internal sealed class Rollout
{
    public const long Midnight = 1_800_000_000_000 - (1_800_000_000_000 % 86_400_000);
    public const string Id = "r1";

    public Rollout(int devices, RolloutPlan? plan = null)
    {
        Machine = RolloutMachine.Create(Order(devices, plan ?? Plan()), Image("2.0.0"), Bounds);
        Devices = [.. Enumerable.Range(0, devices).Select(number => new Device { Id = DeviceId.Parse($"d{number}") })];
        Now = Midnight;
    }

    public static RolloutBounds Bounds { get; } = new(300_000, 60_000, 60_000);

    public RolloutMachine Machine { get; private set; }

    public Device[] Devices { get; }

    public long Now { get; private set; }

    public static RolloutPlan Plan() => new()
    {
        Version = "2.0.0",
        Waves = [new WavePlan { UpToPercent = 100 }],
        AbortAbovePercent = 10,
        AbortFailuresMin = 1,
        RollBack = true,
        Parallel = 100,
        DeviceTimeoutMs = 1_800_000,
    };

    public static RolloutOrder Order(int devices, RolloutPlan plan) => new()
    {
        Id = Id,
        Plan = plan,
        Targets = new RolloutTargets { All = true },
        Devices = [.. Enumerable.Range(0, devices).Select(number => DeviceId.Parse($"d{number}"))],
        By = "olga",
        At = Midnight,
    };

    public static Release Image(string version) => new()
    {
        Version = version,
        Size = 10,
        Sha256 = new string('a', 64),
        Signature = "c2ln",
        Revision = 1,
        By = "olga",
        At = Midnight,
    };

    public RolloutDeviceState State(int device) => Machine.Entries[device].State;

    public RolloutDeviceState[] States() => [.. Machine.Entries.Select(entry => entry.State)];

    public void Pass(long ms) => Now += ms;

    /// <summary>One round of the workflow.</summary>
    public void Tick()
    {
        Look();
        Write();
    }

    public void Look()
    {
        Pass(1);
        var watch = Machine.ToWatch(Now, 1_000);
        Machine.Step([.. watch.Select(id => Find(id).Seen(Now))], Now);
        Save();
    }

    public void Write()
    {
        Pass(1);
        Machine.NoteDone([.. Machine.Tasks(1_000).Select(Write)], Now);
        Save();
    }

    /// <summary>The process is killed when the orders are written, and before that is known.</summary>
    public void WriteButForget()
    {
        foreach (var task in Machine.Tasks(1_000))
        {
            Write(task);
        }
    }

    public ChangeOutcome Change(RolloutAction action, string? reason = null)
    {
        var outcome = Machine.Change(new RolloutChange(action, reason, "olga", Now), Now).Outcome;
        Save();
        return outcome;
    }

    public void UpdateAll()
    {
        Tick();
        foreach (var device in Devices)
        {
            device.Obey();
        }

        Tick();
    }

    /// <summary>What is stored is read again, as after a restart.</summary>
    public void Restart()
    {
        var head = Again(Machine.Head);
        var entries = Again(new StoredEntries([.. Machine.Entries])).Devices;
        Machine = RolloutMachine.Load(head, entries, Bounds);
    }

    public Device Find(DeviceId id) => Devices.First(device => device.Id == id);

    /// <summary>As <see cref="OrderWriter"/> does.</summary>
    public RolloutTaskDone Write(RolloutTask task)
    {
        var device = Find(task.DeviceId);
        if (task.Kind != RolloutTaskKind.Update && device.Order?.Rollout != Id)
        {
            return new RolloutTaskDone(task.DeviceId, task.Kind, "Another order took the place of this one.");
        }

        device.Order = task.Kind == RolloutTaskKind.Update ? OrderWriter.OrderOf(Machine.Head.Release, Id, mayBeOlder: false)
            : task.Before is { } before ? OrderWriter.OrderOf(Image(before), Id, mayBeOlder: true)
            : null;
        return new RolloutTaskDone(task.DeviceId, task.Kind, null);
    }

    private static T Again<T>(T value) => JsonSerializer.Deserialize<T>(JsonSerializer.Serialize(value, ActorsSetup.ActorJson), ActorsSetup.ActorJson)!;

    private void Save() => Machine.NoteSaved();
}

/// <summary>A device as a rollout sees it.</summary>
internal sealed class Device
{
    public required DeviceId Id { get; init; }

    public bool IsUnknown { get; set; }

    public bool IsThere { get; set; } = true;

    public bool IsOnline { get; set; } = true;

    public bool IsCritical { get; set; }

    public long Boot { get; set; } = 1;

    public long ReportedVersion { get; set; } = 1;

    public FirmwareReport? Firmware { get; set; } = new() { Version = "1.0.0", State = "idle" };

    public FirmwareOrder? Order { get; set; }

    /// <summary>It runs a version; with a state, it says so of the order that it has.</summary>
    public void Report(string version, string? state, string? error = null)
    {
        ReportedVersion++;
        Firmware = new FirmwareReport { Version = version, State = state ?? "idle", Target = state is null ? null : Order?.Version, Rollout = state is null ? null : Order?.Rollout, Error = error };
    }

    /// <summary>It installs what it is told to.</summary>
    public void Obey()
    {
        if (Order is { } order)
        {
            Boot++;
            Report(order.Version, "installed");
        }
    }

    public RolloutObservation Seen(long now) => IsUnknown ? new RolloutObservation { DeviceId = Id, At = now, IsUnknown = true } : new RolloutObservation
    {
        DeviceId = Id,
        At = now,
        IsThere = IsThere,
        IsOnline = IsOnline,
        Boot = Boot,
        ReportedVersion = ReportedVersion,
        Firmware = Firmware,
        OrderedBy = Order?.Rollout,
        IsCritical = IsCritical,
    };
}
