using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Provisioning.Sagas;
using DeviceFleet.Provisioning.Sagas.Steps;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using TaskHub.Protocol;

#pragma warning disable VSTHRD002 // what is asked for its result has ended

namespace DeviceFleet.Provisioning.Tests.Sagas.Exploration;

/// <summary>What happens to a call, or to an activity as a whole.</summary>
internal enum Fate
{
    Fine,

    /// <summary>It fails; the next attempt does not.</summary>
    Fails,

    /// <summary>It fails until somebody sees to it.</summary>
    Broken,

    /// <summary>The process ends here; the activity is run again, and its saga hears nothing.</summary>
    Crashes,

    /// <summary>It goes on much later.</summary>
    Hangs,

    /// <summary>It is refused for good.</summary>
    Refused,

    /// <summary>Its result is delivered twice.</summary>
    Doubled,

    /// <summary>While it runs, a person decides to take everything back. No fault: something may go wrong with the taking back.</summary>
    Interrupted,
}

/// <summary>When something that hangs goes on.</summary>
internal enum Resumed
{
    WhileStuck,
    WhileTakingBack,
    AfterTheEnd,
}

/// <summary>
/// One path: the saga's code, its activities, and a world in which things go wrong as the script says. Nothing runs at the same time; time passes only when nothing else can happen.
/// </summary>
internal sealed class SagaPath : IDisposable
{
    private const int StepsMax = 2_000;
    private const int BrokenFor = 3;

    private static readonly string[] Untiring =
    [
        nameof(TellProgress), nameof(BeginTakingBack), nameof(EndTakingBack), nameof(WithdrawCredential), nameof(ForbidCredential), nameof(RemoveTwin), nameof(ReturnGroup),
        nameof(DropArchive), nameof(RestoreDevice),
    ];

    private readonly Script _script;
    private readonly Situation _situation;
    private readonly int _faultsMax;
    private readonly Fate[] _fates;
    private readonly WorkflowHistory _history;
    private readonly ServiceProvider _services;
    private readonly LinkedList<(int Id, string Name, string Input)> _activities = [];
    private readonly SortedSet<(DateTime FireAt, int Id)> _timers = [];
    private readonly HashSet<string> _decided = [];
    private readonly Queue<Held> _heldBack = [];
    private DateTime _now = Situation.Begin.UtcDateTime;
    private string _running = "";
    private int _faults;
    private bool _isInterrupted;
    private string? _broken;
    private int _brokenTimes;
    private int _stuck;
    private Hanging? _hanging;

    public SagaPath(Script script, Situation situation, int faultsMax, Fate[] fates)
    {
        (_script, _situation, _faultsMax, _fates) = (script, situation, faultsMax, fates);
        _history = new WorkflowHistory(situation.Order.Instance);
        World = new ModelWorld(BeforeAsync);
        situation.Prepare(World);
        _services = new ServiceCollection()
            .AddSingleton(Options.Create(new SagaOptions { Attempts = 2 }))
            .AddSingleton(new SagaServices(World, new ActivityFaults(Options.Create(new FaultOptions())), new Clock(this), NullLoggerFactory.Instance))
            .BuildServiceProvider();
    }

    public ModelWorld World { get; }

    public SagaProgress Progress => WorkflowHistory.Serializer.Deserialize<SagaProgress>(_history.CustomStatus)!;

    public int Events => _history.Events;

    /// <summary>Runs to the end; how it ended.</summary>
    public SagaProgress Run()
    {
        Take(_history.Start(SagaNames.WorkflowOf(_situation.Order.Kind), _situation.Order, _now));
        for (var step = 0; _history.End is null; step++)
        {
            Step();
            if (step > StepsMax)
            {
                throw new InvalidOperationException($"No end. {Progress}");
            }
        }

        GoOn();
        while (_activities.Count > 0)
        {
            RunNext();
        }

        return _history.End.WorkflowStatus == OrchestrationStatus.Completed
            ? WorkflowHistory.Serializer.Deserialize<SagaProgress>(_history.End.Result)!
            : throw new InvalidOperationException($"The workflow failed: {_history.End.FailureDetails}");
    }

    public void Dispose() => _services.Dispose();

    private long Now() => new DateTimeOffset(_now).ToUnixTimeMilliseconds();

    private void Step()
    {
        if (_activities.Count > 0)
        {
            RunNext();
            return;
        }

        var progress = Progress;
        if (_hanging is { } hanging && ((hanging.Until == Resumed.WhileStuck && progress.State == SagaState.Stuck)
            || (hanging.Until == Resumed.WhileTakingBack && progress.State == SagaState.Compensating)))
        {
            GoOn();
            return;
        }

        // People and devices act on what the identity says.
        var isKnown = World.Identity.Saga?.Progress is { } known && (known.State, known.Step) == (progress.State, progress.Step);
        if (isKnown && progress.State is SagaState.Waiting or SagaState.Approval or SagaState.Stuck && _decided.Add($"{progress.State} {progress.Step} {progress.Error} {progress.Deadline}"))
        {
            switch (progress.State)
            {
                case SagaState.Waiting:
                    Wait();
                    break;
                case SagaState.Approval:
                    Approve();
                    break;
                default:
                    Decide();
                    break;
            }

            return;
        }

        PassTime();
    }

    private void Wait()
    {
        var isRotating = _situation.Order.Kind == SagaKind.Rotate;
        string[] options = _faults > 0 ? ["connects", "never connects"]
            : [
                "connects", "connects twice", "never connects", "connects in time, the news is late", "connects at the deadline", "compensate",
                .. isRotating ? ["connects with the old one first"] : Array.Empty<string>(),
            ];
        switch (_script.Choose("device", options))
        {
            case "connects":
                Connect();
                break;
            case "connects twice":
                Connect();
                Connect();
                break;
            case "connects with the old one first":
                Connect("c0");
                Connect();
                break;
            case "connects in time, the news is late":
                Connect(holdBack: true);
                break;
            case "connects at the deadline":
                _heldBack.Enqueue(new Held("", null, Connects: true));
                break;
            case "compensate":
                Choose(SagaChoice.Compensate);
                break;
        }
    }

    private void Approve()
    {
        string[] options = _faults > 0 ? ["approve", "nobody"] : ["approve", "approve twice", "compensate", "nobody"];
        switch (_script.Choose("person", options))
        {
            case "approve":
                Choose(SagaChoice.Approve);
                break;
            case "approve twice":
                Choose(SagaChoice.Approve);
                Choose(SagaChoice.Approve);
                break;
            case "compensate":
                Choose(SagaChoice.Compensate);
                break;
        }
    }

    private void Decide()
    {
        _stuck++;
        string[] options = _stuck == 1 ? ["retry, mended", "retry, in vain", "skip", "skip, unasked", "compensate", "nobody"] : ["compensate", "nobody"];
        switch (_script.Choose("operator", options))
        {
            case "retry, mended":
                _broken = null;
                Choose(SagaChoice.Retry);
                break;
            case "retry, in vain":
                Choose(SagaChoice.Retry);
                break;
            case "skip":
                Choose(SagaChoice.Skip);
                break;
            case "skip, unasked": // past the identity, which refuses it for most steps
                Take(_history.Raised(SagaNames.Choice, new SagaDecision(SagaChoice.Skip, "ann", null), _now));
                break;
            case "compensate":
                Choose(SagaChoice.Compensate);
                break;
        }
    }

    private void Connect(string? with = null, bool holdBack = false)
    {
        var credential = with ?? World.Identity.Credentials.LastOrDefault(one => one.By == _situation.Order.Instance && one is { IsAllowed: true, RevokedAt: null })?.Id;
        if (credential is null)
        {
            return;
        }

        World.Do(new IdentityChange { Action = IdentityAction.Connected, CredentialId = credential, By = "broker", At = Now() });
        foreach (var raised in World.TakeRaised())
        {
            if (holdBack)
            {
                _heldBack.Enqueue(new Held(raised.Name, raised.Decision));
            }
            else
            {
                Take(_history.Raised(raised.Name, raised.Decision, _now));
            }
        }
    }

    private void Choose(SagaChoice choice)
    {
        World.Do(new IdentityChange { Action = IdentityAction.Choose, Choice = choice, ForInstance = _situation.Order.Instance, By = "ann", At = Now() });
        foreach (var raised in World.TakeRaised())
        {
            Take(_history.Raised(raised.Name, raised.Decision, _now));
        }
    }

    private void PassTime()
    {
        var (fireAt, id) = _timers.Min is { Id: >= 0 } next && _timers.Count > 0 ? next : throw new InvalidOperationException($"It waits for nothing. {Progress}");
        _timers.Remove((fireAt, id));
        _now = fireAt > _now ? fireAt : _now;
        var wasWaiting = Progress.State == SagaState.Waiting;
        Take(_history.Fired(id, _now));
        if (wasWaiting && Progress.State != SagaState.Waiting || _heldBack.Count > 0 && _activities.Any(activity => activity.Name == nameof(LookForConnect)))
        {
            while (_heldBack.TryDequeue(out var held))
            {
                if (held.Connects)
                {
                    Connect();
                }
                else
                {
                    Take(_history.Raised(held.Name, held.Decision, _now));
                }
            }
        }
    }

    private void RunNext()
    {
        var (id, name, input) = _activities.First!.Value;
        _activities.RemoveFirst();
        _running = name;
        var activity = WorkflowHistory.ActivityOf(name)(_services);
        Settle(id, name, input, activity.RunAsync(null!, WorkflowHistory.Serializer.Deserialize(input, activity.InputType)));
    }

    private void Settle(int id, string name, string input, Task<object?> run)
    {
        if (!run.IsCompleted)
        {
            _hanging = _hanging! with { Id = id, Name = name, Input = input, Run = run };
            return;
        }

        if (run.Exception is { } failure)
        {
            switch (failure.InnerException)
            {
                case CrashException:
                    _activities.AddFirst((id, name, input));
                    return;
                case IOException:
                    Take(_history.Failed(id, "The store is down.", _now));
                    return;
                default:
                    throw new InvalidOperationException($"Activity {name} failed.", failure);
            }
        }

        var result = run.GetAwaiter().GetResult();
        switch (FateOf("the end", [Fate.Fine, Fate.Fails, Fate.Crashes, Fate.Hangs, Fate.Doubled, .. Untiring.Contains(name) ? Array.Empty<Fate>() : [Fate.Interrupted]]))
        {
            case Fate.Fails:
                Take(_history.Failed(id, "The answer was lost.", _now));
                break;
            case Fate.Crashes:
                _activities.AddFirst((id, name, input));
                break;
            case Fate.Hangs:
                _hanging = new Hanging(Until(), null) { Id = id, Name = name, Input = input, Run = run };
                break;
            case Fate.Doubled:
                Take(_history.Completed(id, result, _now));
                Take(_history.Completed(id, result, _now));
                break;
            case Fate.Interrupted:
                Choose(SagaChoice.Compensate);
                Take(_history.Completed(id, result, _now));
                break;
            default:
                Take(_history.Completed(id, result, _now));
                break;
        }
    }

    private async Task<bool> BeforeAsync(string call)
    {
        if (_broken == $"{_running}/{call}")
        {
            if (Untiring.Contains(_running) && ++_brokenTimes == BrokenFor)
            {
                _broken = null;
            }

            throw new IOException("The store is down.");
        }

        switch (FateOf(call, [Fate.Fine, Fate.Fails, Fate.Broken, Fate.Crashes, Fate.Hangs, .. call.EndsWith('?') && !Untiring.Contains(_running) ? [Fate.Refused] : Array.Empty<Fate>()]))
        {
            case Fate.Fails:
                throw new IOException("The store is down.");
            case Fate.Broken:
                _broken = $"{_running}/{call}";
                throw new IOException("The store is down.");
            case Fate.Crashes:
                throw new CrashException();
            case Fate.Hangs:
                var hanging = new Hanging(Until(), new TaskCompletionSource());
                _hanging = hanging;
                await hanging.Goes!.Task;
                return false;
            case Fate.Refused:
                return true;
            default:
                return false;
        }
    }

    private Fate FateOf(string call, Fate[] options)
    {
        if (_faults >= _faultsMax || _history.End is not null || _running == nameof(ReadSettings) || _hanging is { IsGoing: true })
        {
            return Fate.Fine;
        }

        var fate = _script.Choose($"{_running} {call}", [.. options.Where(MayBe)]);
        _faults += fate is Fate.Fine or Fate.Interrupted ? 0 : 1;
        _isInterrupted |= fate == Fate.Interrupted;
        return fate;
    }

    /// <summary>One thing at a time hangs, is broken, or is decided.</summary>
    private bool MayBe(Fate fate) => _fates.Contains(fate) && fate switch
    {
        Fate.Hangs => _hanging is null,
        Fate.Broken => _broken is null,
        Fate.Interrupted => !_isInterrupted,
        Fate.Fine or Fate.Fails or Fate.Crashes or Fate.Refused or Fate.Doubled => true,
    };

    private Resumed Until() => _script.Choose("goes on", [Resumed.WhileStuck, Resumed.WhileTakingBack, Resumed.AfterTheEnd]);

    /// <summary>What hung goes on, and ends.</summary>
    private void GoOn()
    {
        if (_hanging is not { } hanging)
        {
            return;
        }

        _hanging = hanging with { IsGoing = true };
        _running = hanging.Name;
        hanging.Goes?.SetResult();
        var (id, run) = (hanging.Id, hanging.Run!);
        if (run.Exception is { InnerException: not IOException } failure)
        {
            throw failure;
        }

        _hanging = null;
        Take(run.IsFaulted ? _history.Failed(id, "The store is down.", _now) : _history.Completed(id, run.GetAwaiter().GetResult(), _now));
    }

    private void Take(IReadOnlyList<WorkflowAction> actions)
    {
        foreach (var action in actions)
        {
            if (action.ScheduleTask is { } task)
            {
                _activities.AddLast((action.Id, task.Name, task.Input));
            }
            else if (action.CreateTimer is { } timer)
            {
                _timers.Add((timer.FireAt.ToDateTime(), action.Id));
            }
        }
    }

    private sealed record Hanging(Resumed Until, TaskCompletionSource? Goes)
    {
        public int Id { get; init; }

        public string Name { get; init; } = "";

        public string Input { get; init; } = "";

        public Task<object?>? Run { get; init; }

        public bool IsGoing { get; init; }
    }

    private sealed record Held(string Name, SagaDecision? Decision, bool Connects = false);

    private sealed class Clock(SagaPath path) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(path._now);
    }

    private sealed class CrashException : Exception;
}
