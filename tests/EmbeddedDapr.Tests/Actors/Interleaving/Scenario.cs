using System.Text;
using EmbeddedDapr.Actors;
using EmbeddedDapr.Components;
using EmbeddedDapr.Runtime;
using EmbeddedDapr.State;
using EmbeddedDapr.Tests.Fakes;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace EmbeddedDapr.Tests.Actors.Interleaving;

/// <summary>One run from a seed: an engine, an app, and somebody who calls, cancels, schedules, deletes and lets time pass, in any order.</summary>
internal sealed class Scenario : IDisposable
{
    public const char TopLevel = 'm';
    public const int DepthMax = 3;
    private const int ActorsOfType = 2;
    private const int DrainSecondsMax = 600;
    private static readonly string[] Types = ["Plain", "Reentrant"];

    private readonly List<string> _transcript = [];
    private readonly List<(Task Call, CancellationTokenSource Cancel)> _calls = [];
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly SynchronizationContext? _outer = SynchronizationContext.Current;
    private readonly SeededScheduler _scheduler;
    private readonly ActorRuntime _runtime;
    private readonly Sidecar _sidecar;
    private readonly ModelApp _app;
    private readonly FakeReminderStore _reminders = new();
    private int _lastCall;
    private int _deletions;

    public Scenario(int seed)
    {
        _scheduler = new SeededScheduler(seed);
        SynchronizationContext.SetSynchronizationContext(_scheduler);
        _runtime = new ActorRuntime(new ActorRuntimeOptions { ReminderWindowMax = 4, ReminderConcurrencyMax = 3, DeactivationConcurrencyMax = 2 }, _time, NullLoggerFactory.Instance)
        {
            Work = _scheduler.Work,
        };
        var store = new FakeActorStore(new FakeStateStore(_time), new YieldingReminderStore(_reminders));
        _sidecar = new Sidecar
        {
            Options = new SidecarOptions { AppId = "app" },
            Components = new SidecarComponents
            {
                StateStores = new Dictionary<string, Loaded<IStateStore>>
                {
                    ["store"] = new(new ComponentSpec { Name = "store", Type = "state.fake", Metadata = new ComponentMetadata([new("actorStateStore", "true")]) }, store),
                },
            },
            Time = _time,
            Loggers = NullLoggerFactory.Instance,
            ActorRuntime = _runtime,
        };
        _app = new ModelApp(this);
        Actors.Connect(
            new ActorConfiguration
            {
                Types = Types.ToDictionary(type => type, type => new ActorTypeOptions { IdleTimeout = IdleTimeout, Reentrant = type == "Reentrant", StackDepthMax = DepthMax }),
            },
            _app);
    }

    public static TimeSpan IdleTimeout { get; } = TimeSpan.FromSeconds(5);

    public ActorApi Actors => _sidecar.Actors;

    public Random Random => _scheduler.Random;

    public DateTimeOffset Now => _time.GetUtcNow();

    public Dictionary<int, Registration> Registrations { get; } = [];

    /// <summary>Nothing new is started any more, and actors behave.</summary>
    public bool IsOver { get; private set; }

    /// <summary>The first thing that went wrong; null: nothing.</summary>
    public string? Fault { get; private set; }

    public IEnumerable<string> Transcript => _transcript;

    public void Run(int steps)
    {
        for (var step = 0; step < steps && Fault is null; step++)
        {
            Act();
        }

        IsOver = true;
        Drain();
        for (var actor = 0; actor < ActorsOfType && Fault is null; actor++)
        {
            // Whatever happened to it, it can be called.
            Array.ForEach(Types, type => Call(type, $"{actor}"));
        }

        Drain();
    }

    public void Note(string what) => _transcript.Add($"{Now:mm:ss.fff} {what}");

    public void Check(bool holds, string what)
    {
        if (!holds)
        {
            Note("FAULT " + what);
            Fault ??= what;
        }
    }

    /// <summary>A call inside a chain, to its own actor or one with a higher id: so no two chains wait for each other.</summary>
    public async Task NestedCallAsync(string from, string chain, CancellationToken cancellationToken)
    {
        var to = Random.Next(int.Parse(from, provider: null), ActorsOfType);
        var call = new ActorInvocation { ActorType = "Reentrant", ActorId = $"{to}", Method = $"n{++_lastCall}", Headers = [new(ActorApi.ReentrancyHeader, chain)] };
        var result = await Actors.InvokeAsync(call, cancellationToken);
        Check(result.Error?.Code is null or "ERR_ACTOR_INVOKE_METHOD" or "ERR_ACTOR_STACK_DEPTH", $"{call.Method}: {result.Error}");
    }

    /// <summary>Registers, replaces or deletes a timer or reminder.</summary>
    public async Task ScheduleAsync(string actorType, string actorId)
    {
        if (IsOver)
        {
            return;
        }

        var (isReminder, name) = (Random.Next(2) == 0, $"{Random.Next(2)}");
        var key = $"{isReminder} {actorType}/{actorId} {name}";
        if (isReminder && Random.Next(6) == 0)
        {
            await DeleteAllAsync(actorType, Random.Next(2) == 0 ? actorId : string.Empty);
            return;
        }

        foreach (var earlier in Registrations.Values.Where(registration => registration.Actor == key))
        {
            earlier.IsSuperseded = true;
        }

        if (Random.Next(4) == 0)
        {
            Note($"delete {key}");
            Check((isReminder ? await Actors.DeleteReminderAsync(actorType, actorId, name, CancellationToken.None) : Actors.DeleteTimer(actorType, actorId, name)) is null, $"delete {key}");
            return;
        }

        var (id, due, period, ticks) = (Registrations.Count, Random.Next(4), Random.Next(1, 4), Random.Next(1, 4));
        Registrations.Add(id, new Registration(id, isReminder, key, Now + TimeSpan.FromSeconds(due), TimeSpan.FromSeconds(period), ticks) { MayBeDeleted = isReminder && _deletions > 0 });
        var request = new ScheduleRequest { DueTime = $"{due}s", Period = $"R{ticks}/PT{period}S", Data = Encoding.ASCII.GetBytes($"{id}") };
        Note($"register {Registrations[id]}: {request.DueTime} {request.Period}");
        var error = isReminder
            ? await Actors.CreateReminderAsync(actorType, actorId, name, request, CancellationToken.None)
            : Actors.CreateTimer(actorType, actorId, name, request);
        Check(error is null, $"register {key}: {error?.Message}");
    }

    private async Task DeleteAllAsync(string actorType, string actorId)
    {
        Note($"delete all reminders of {actorType}/{actorId}");
        foreach (var registration in Registrations.Values.Where(registration => registration.Actor.StartsWith($"True {actorType}/{actorId}", StringComparison.Ordinal)))
        {
            registration.MayBeDeleted = true;
        }

        _deletions++;
        Check(await Actors.DeleteRemindersAsync(actorType, actorId, CancellationToken.None) is null, $"delete all of {actorType}/{actorId}");
        _deletions--;
    }

    public void Dispose()
    {
        SynchronizationContext.SetSynchronizationContext(_outer);
        foreach (var (_, cancel) in _calls)
        {
            cancel.Dispose();
        }
    }

    private void Act()
    {
        var (type, id) = (Types[Random.Next(Types.Length)], $"{Random.Next(ActorsOfType)}");
        switch (Random.Next(10))
        {
            case 0 or 1 or 2:
                Call(type, id);
                break;
            case 3:
                _calls.Add((ScheduleAsync(type, id), new CancellationTokenSource()));
                break;
            case 4 when _calls.Count > 0:
                var call = Random.Next(_calls.Count);
                Note($"cancel {call}");
                _calls[call].Cancel.Cancel();
                break;
            case 5 or 6:
                // Not only at rest: what is due comes beside everything that is under way.
                var milliseconds = Random.Next(3) == 0 ? Random.Next(6_000) : Random.Next(1_500);
                Note($"{milliseconds} ms pass");
                _time.Advance(TimeSpan.FromMilliseconds(milliseconds));
                break;
            default:
                for (var count = Random.Next(12); count > 0 && _scheduler.RunOne(); count--)
                {
                }

                break;
        }
    }

    private void Call(string type, string id)
    {
        var number = ++_lastCall;
        Note($"call {number} of {type}/{id}");
        var cancel = new CancellationTokenSource();
        _calls.Add((CallAsync(), cancel));

        async Task CallAsync()
        {
            try
            {
                var result = await Actors.InvokeAsync(new ActorInvocation { ActorType = type, ActorId = id, Method = $"{TopLevel}{number}" }, cancel.Token);
                Check(result.Error?.Code is null or "ERR_ACTOR_INVOKE_METHOD", $"call {number}: {result.Error}");
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                Note($"call {number} was cancelled");
            }
        }
    }

    /// <summary>Runs until nothing is under way, nothing is scheduled and every actor is gone; that it takes so long is the fault of whoever hangs.</summary>
    private void Drain()
    {
        for (var second = 0; Fault is null; second++)
        {
            while (_scheduler.RunOne())
            {
            }

            if (_app.Running == 0 && _calls.TrueForAll(call => call.Call.IsCompleted))
            {
                // A registration that went on beside the deletion of all may have come after it; the store knows.
                var stored = _reminders.All.Select(record => int.Parse(record.Data.Span, provider: null)).ToHashSet();
                foreach (var registration in Registrations.Values)
                {
                    registration.IsSuperseded |= registration.MayBeDeleted && !stored.Contains(registration.Id);
                    registration.MayBeDeleted = false;
                    registration.IsOver |= registration.IsSuperseded;
                }

                if (Registrations.Values.All(registration => registration.IsOver || registration.IsComplete) && _runtime.CountActive(_sidecar).All(type => type.Value == 0))
                {
                    Check(_calls.TrueForAll(call => call.Call.IsCompletedSuccessfully), string.Join("; ", _calls.Select(call => call.Call.Exception?.ToString()).OfType<string>()));
                    return;
                }
            }

            Check(
                second < DrainSecondsMax,
                $"not at rest: {_app.Running} turns, {_calls.Count(call => !call.Call.IsCompleted)} calls, {string.Join(", ", Registrations.Values.Where(registration => !registration.IsSuperseded && !registration.IsComplete))}; {Actors.DescribeReminders()}");
            _time.Advance(TimeSpan.FromSeconds(1));
        }
    }
}
