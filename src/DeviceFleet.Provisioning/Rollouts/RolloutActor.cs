using System.Text.Json;
using Dapr.Actors.Runtime;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Rollouts;
using DeviceFleet.ServiceDefaults.Actors;

namespace DeviceFleet.Provisioning.Rollouts;

/// <summary>
/// One rollout. A turn takes the machine, lets it decide, and stores what it made of it as one transaction. A turn that fails leaves none in memory, so that nothing is told that is not stored.
/// <para>
/// Save, then send: that the newest view has to be told is stored with it. Reminder <see cref="KeepReminder"/> is set before the first save and comes until the rollout has ended and all was
/// told: it tells what a crash left, and starts a workflow that is not there.
/// </para>
/// </summary>
internal sealed partial class RolloutActor(ActorHost host, RolloutActorServices services, IActorStateManagerFactory? stateManagers = null)
    : DurableActor(host, stateManagers), IRolloutActor, IRolloutTurns, IRemindable
{
    public const string KeepReminder = "keep";

    private RolloutMachine? _machine;
    private long _toldAt = long.MinValue / 2;

    public async Task<ChangeReply<RolloutView>> Begin(RolloutOrder order)
    {
        if (await TakeAsync() is { } known)
        {
            var isSame = IsSame(known.Head.Plan, order.Plan) && IsSame(known.Head.Targets, order.Targets);
            return Reply(isSame ? ChangeOutcome.Unchanged : ChangeOutcome.Conflict, GiveBack(known), isSame ? null : "There is another rollout with this id.");
        }

        var faults = RolloutFaults.Of(order);
        if (order.Id != Id.GetId() || faults.Count > 0)
        {
            return new ChangeReply<RolloutView> { Outcome = ChangeOutcome.Invalid, Detail = faults.Count > 0 ? string.Join(' ', faults) : "The order is for another rollout." };
        }

        if (await services.Releases.GetAsync(order.Plan.Version, CancellationToken.None) is not { Value: { } release })
        {
            return new ChangeReply<RolloutView> { Outcome = ChangeOutcome.Invalid, Detail = $"There is no release {order.Plan.Version}." };
        }

        if (release.IsWithdrawn)
        {
            return new ChangeReply<RolloutView> { Outcome = ChangeOutcome.Conflict, Detail = $"Release {release.Version} was withdrawn." };
        }

        var machine = RolloutMachine.Create(order, release, services.Options.Bounds);
        await RegisterReminderAsync(KeepReminder, null, services.Options.KeepInterval, services.Options.KeepInterval);
        await CommitAsync(machine);
        await WakeAsync(machine);
        return Reply(ChangeOutcome.Applied, GiveBack(machine), null);
    }

    public async Task<ChangeReply<RolloutView>> Change(RolloutChange change)
    {
        if (await TakeAsync() is not { } machine)
        {
            return NoRollout();
        }

        var (outcome, detail) = machine.Change(change, Now());
        var stage = machine.Stage;
        await CommitAsync(machine);
        if (outcome == ChangeOutcome.Applied)
        {
            await WakeAsync(machine, stage);
        }

        return Reply(outcome, GiveBack(machine), detail);
    }

    public async Task<ChangeReply<RolloutView>> Get() => await TakeAsync() is { } machine ? Reply(ChangeOutcome.Unchanged, GiveBack(machine), null) : NoRollout();

    public async Task<RolloutDevices> GetDevices(RolloutDevicesQuery query) => await TakeAsync() is { } machine ? GiveBack(machine).Page(query) : new RolloutDevices([], 0);

    public async Task<JsonElement> GetWatch()
    {
        var watch = new RolloutWatch(await TakeAsync() is { } machine ? GiveBack(machine).ToWatch(Now(), services.Options.LooksPerTickMax) : []);
        return JsonSerializer.SerializeToElement(watch, RolloutStateJson.Default.RolloutWatch);
    }

    public async Task<JsonElement> Step(JsonElement sight)
    {
        if (await TakeAsync() is not { } machine)
        {
            return Nothing();
        }

        machine.Step(sight.Deserialize(RolloutStateJson.Default.RolloutSight)!.Devices, Now());
        await CommitAsync(machine);
        return Turn(GiveBack(machine));
    }

    public async Task<JsonElement> GetTasks()
    {
        var machine = await TakeAsync();
        var tasks = machine is null ? new RolloutTasks([], null) : new RolloutTasks(GiveBack(machine).Tasks(services.Options.OrdersPerTickMax), machine.Head.Release);
        return JsonSerializer.SerializeToElement(tasks, RolloutStateJson.Default.RolloutTasks);
    }

    public async Task<JsonElement> NoteDone(JsonElement done)
    {
        if (await TakeAsync() is not { } machine)
        {
            return Nothing();
        }

        machine.NoteDone(done.Deserialize(RolloutStateJson.Default.RolloutTasksDone)!.Done, Now());
        await CommitAsync(machine);
        return Turn(GiveBack(machine));
    }

    public async Task ReceiveReminderAsync(string reminderName, byte[] state, TimeSpan dueTime, TimeSpan period)
    {
        if (reminderName != KeepReminder || await TakeAsync() is not { } machine)
        {
            await UnregisterReminderAsync(reminderName);
            return;
        }

        if (machine.Head.EndedAt is null)
        {
            await services.Workflows.StartAsync(machine.Head.Id, CancellationToken.None);
        }

        await TellAsync(machine, isDue: true);
        await EndAsync(machine);
        GiveBack(machine);
    }

    private static ChangeReply<RolloutView> NoRollout() => new() { Outcome = ChangeOutcome.NotFound, Detail = "There is no such rollout." };

    private static JsonElement Nothing() => JsonSerializer.SerializeToElement(new RolloutTurn(-1, IsOver: true, HasTasks: false, 0), RolloutStateJson.Default.RolloutTurn);

    private static bool IsSame(RolloutPlan one, RolloutPlan other) =>
        JsonSerializer.Serialize(one, ContractsJson.Default.RolloutPlan) == JsonSerializer.Serialize(other, ContractsJson.Default.RolloutPlan);

    private static bool IsSame(RolloutTargets one, RolloutTargets other) =>
        JsonSerializer.Serialize(one, ContractsJson.Default.RolloutTargets) == JsonSerializer.Serialize(other, ContractsJson.Default.RolloutTargets);

    private ChangeReply<RolloutView> Reply(ChangeOutcome outcome, RolloutMachine machine, string? detail) => new() { Outcome = outcome, Value = machine.View(Now()), Detail = detail };

    private JsonElement Turn(RolloutMachine machine)
    {
        var delay = machine.DelayMs(Now(), (long)services.Options.TickInterval.TotalMilliseconds);
        var turn = new RolloutTurn(machine.Stage, machine.Head.EndedAt is not null, machine.Tasks(1).Count > 0, delay);
        return JsonSerializer.SerializeToElement(turn, RolloutStateJson.Default.RolloutTurn);
    }

    /// <summary>The machine, which is this turn's until it gives it back; null: there is no rollout.</summary>
    private async Task<RolloutMachine?> TakeAsync()
    {
        if (_machine is { } machine)
        {
            _machine = null;
            return machine;
        }

        var head = await StateManager.TryGetStateAsync<RolloutHead>(RolloutStorage.HeadKey);
        if (!head.HasValue)
        {
            return null;
        }

        var entries = new List<RolloutEntry>(head.Value.Devices);
        for (var chunk = 0; chunk < RolloutStorage.ChunksOf(head.Value.Devices); chunk++)
        {
            entries.AddRange((await StateManager.GetStateAsync<StoredEntries>(RolloutStorage.DevicesKey(chunk))).Devices);
        }

        return RolloutMachine.Load(head.Value, entries, services.Options.Bounds);
    }

    private RolloutMachine GiveBack(RolloutMachine machine)
    {
        _machine = machine;
        return machine;
    }

    private async Task CommitAsync(RolloutMachine machine)
    {
        var isDue = machine.IsStateChanged;
        if (machine.IsChanged)
        {
            foreach (var chunk in machine.Changed.Select(position => position / RolloutStorage.ChunkSize).Distinct().Order())
            {
                var devices = machine.Entries.Skip(chunk * RolloutStorage.ChunkSize).Take(RolloutStorage.ChunkSize).ToArray();
                await StateManager.SetStateAsync(RolloutStorage.DevicesKey(chunk), new StoredEntries(devices));
            }

            await StateManager.SetStateAsync(RolloutStorage.HeadKey, machine.Head);
            await SaveStateAsync();
            services.Metrics.Count(machine);
            machine.NoteSaved();
        }

        await TellAsync(machine, isDue);
        await EndAsync(machine);
    }

    /// <summary>Tells the newest view, unless it was told or, where that is not due, one was told just now.</summary>
    private async Task TellAsync(RolloutMachine machine, bool isDue)
    {
        var now = Now();
        if (machine.Head.IsTold || (!isDue && now - _toldAt < services.Options.TellInterval.TotalMilliseconds))
        {
            return;
        }

        try
        {
            await services.Teller.TellAsync(machine.View(now));
        }
        catch (Exception exception)
        {
            // The change itself is saved and the turn stands; the next one tells it, or the reminder.
            Log.NotTold(Logger, exception, Id);
            return;
        }

        _toldAt = now;
        machine.NoteTold();
    }

    /// <summary>When all is over and told, nothing has to be kept up any more.</summary>
    private async Task EndAsync(RolloutMachine machine)
    {
        if (machine.Head is { EndedAt: not null, IsTold: true })
        {
            await StateManager.SetStateAsync(RolloutStorage.HeadKey, machine.Head);
            await SaveStateAsync();
            await UnregisterReminderAsync(KeepReminder);
        }
    }

    /// <summary>Lets the workflow look at once; where that fails it looks later, or the reminder starts it.</summary>
    private async Task WakeAsync(RolloutMachine machine, int? stage = null)
    {
        try
        {
            if (stage is { } waiting)
            {
                await services.Workflows.WakeAsync(RolloutNames.InstanceOf(machine.Head.Id, waiting), CancellationToken.None);
            }

            if (machine.Head.EndedAt is null)
            {
                await services.Workflows.StartAsync(machine.Head.Id, CancellationToken.None);
            }
        }
        catch (Exception exception)
        {
            Log.NotWoken(Logger, exception, Id);
        }
    }

    private long Now() => services.Time.GetUtcNow().ToUnixTimeMilliseconds();

    private static partial class Log
    {
        [LoggerMessage(2500, LogLevel.Warning, "What is new of rollout {Id} was not told; it will be.")]
        public static partial void NotTold(ILogger logger, Exception exception, Dapr.Actors.ActorId id);

        [LoggerMessage(2501, LogLevel.Warning, "The workflow of rollout {Id} was not woken; it looks later.")]
        public static partial void NotWoken(ILogger logger, Exception exception, Dapr.Actors.ActorId id);
    }
}
