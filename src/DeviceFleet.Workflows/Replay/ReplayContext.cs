using DeviceFleet.Workflows.Worker;
using Microsoft.Extensions.Logging;
using TaskHub.Protocol;

namespace DeviceFleet.Workflows.Replay;

/// <summary>The context of one run: asks the ledger, and reads the answers.</summary>
internal sealed partial class ReplayContext : WorkflowContext
{
    private readonly RunState _run;
    private readonly TurnSettings _settings;
    private readonly DeterministicGuids _guids;
    private readonly string? _ownAppId;
    private readonly TaskHub.Protocol.PropagatedHistory? _propagated;

    public ReplayContext(RunState run, HistoryEvent begin, string instanceId, TaskHub.Protocol.PropagatedHistory? propagated, TurnSettings settings)
    {
        var started = begin.ExecutionStarted;
        _run = run;
        _settings = settings;
        _propagated = propagated;
        _ownAppId = begin.Router is { } router ? (router.HasTargetAppID ? router.TargetAppID : router.SourceAppID) : null;
        Name = started.Name;
        InstanceId = instanceId;
        var executionId = started.WorkflowInstance?.ExecutionId;
        _guids = new DeterministicGuids(string.IsNullOrEmpty(executionId) ? instanceId : executionId, instanceId);
    }

    public override string Name { get; }

    public override string InstanceId { get; }

    public override DateTime CurrentUtcDateTime => _run.Now;

    public override bool IsReplaying => _run.IsReplaying;

    public override bool IsPatched(string patchName)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(patchName);
        _run.Thread.Demand();
        return _run.Patches.IsFollowed(patchName, _run.IsReplaying);
    }

    public override Guid NewGuid()
    {
        _run.Thread.Demand();
        return _guids.Next();
    }

    public override void SetCustomStatus(object? customStatus)
    {
        _run.Thread.Demand();
        _run.CustomStatus = _settings.Serializer.Serialize(customStatus);
    }

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true)
    {
        _run.Thread.Demand();
        _run.NextRun = new NextRun(_settings.Serializer.Serialize(newInput), preserveUnprocessedEvents);
    }

    public override void SendEvent(string instanceId, string eventName, object payload)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(instanceId);
        ArgumentException.ThrowIfNullOrWhiteSpace(eventName);
        _run.Thread.Demand();
        var data = _settings.Serializer.Serialize(payload);
        if (_settings.SendEvents == SendEventMode.Native)
        {
            var instance = new WorkflowInstance { InstanceId = instanceId };
            _run.Operations.Add(new WorkflowAction { SendEvent = new SendEventAction { Instance = instance, Name = eventName, Data = data } });
            return;
        }

        var schedule = new ScheduleTaskAction { Name = SendEventActivity.Name, Input = SendEventActivity.Write(instanceId, eventName, data) };
        _run.Operations.Add(
            new WorkflowAction { ScheduleTask = schedule },
            action => action.ScheduleTask.TaskExecutionId = _guids.TaskExecutionId(action.Id, SendEventActivity.Name));
    }

    public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
    {
        _run.Thread.Demand();
        return Timer(new CreateTimerAction { FireAt = Timers.At(fireAt), CreateTimer = new TimerOriginCreateTimer() }, cancellationToken);
    }

    public override async Task<T> WaitForExternalEventAsync<T>(string eventName, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(eventName);
        _run.Thread.Demand();
        if (_run.Events.TryTake(eventName, out var unread))
        {
            return Read<T>(unread.EventRaised.Input);
        }

        var wait = _run.Events.Wait(eventName);
        using var registration = cancellationToken.Register(() =>
        {
            if (_run.Thread.IsHere())
            {
                _run.Events.Cancel(wait, cancellationToken);
            }
        });
        return Read<T>((await wait.Raised).EventRaised.Input);
    }

    public override async Task<T> WaitForExternalEventAsync<T>(string eventName, TimeSpan timeout)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(eventName);
        _run.Thread.Demand();
        if (timeout == TimeSpan.Zero)
        {
            throw new TaskCanceledException($"Event '{eventName}' was given no time.");
        }

        // The limit takes its number before the unread events are looked at, as in Dapr.Workflow: the numbers of a run are part of its history.
        var limit = _run.Operations.Open(OperationKind.Timer, new WorkflowAction
        {
            CreateTimer = new CreateTimerAction
            {
                FireAt = timeout < TimeSpan.Zero ? Timers.Never : Timers.At(After(_run.Now, timeout)),
                ExternalEvent = new TimerOriginExternalEvent { Name = eventName },
            },
        });
        if (_run.Events.TryTake(eventName, out var unread))
        {
            _run.Operations.Close(limit);
            return Read<T>(unread.EventRaised.Input);
        }

        var wait = _run.Events.Wait(eventName);
        if (await Task.WhenAny(wait.Raised, limit.Result) == limit.Result)
        {
            _run.Events.Cancel(wait, CancellationToken.None);
            throw new TaskCanceledException($"Event '{eventName}' did not come within {timeout}.");
        }

        _run.Operations.Close(limit);
        return Read<T>((await wait.Raised).EventRaised.Input);
    }

    public override ILogger CreateReplaySafeLogger(string categoryName) => new ReplaySafeLogger(_settings.Loggers.CreateLogger(categoryName), _run);

    public override ILogger CreateReplaySafeLogger(Type type) => new ReplaySafeLogger(_settings.Loggers.CreateLogger(type), _run);

    public override ILogger CreateReplaySafeLogger<T>() => CreateReplaySafeLogger(typeof(T));

    public override PropagatedHistory? GetPropagatedHistory() => PropagatedHistoryReader.Read(_propagated);

    private async Task Timer(CreateTimerAction timer, CancellationToken cancellationToken, Action<WorkflowAction>? finish = null)
    {
        var operation = _run.Operations.Open(OperationKind.Timer, new WorkflowAction { CreateTimer = timer }, finish);
        using var registration = cancellationToken.Register(() =>
        {
            if (_run.Thread.IsHere() && _run.Operations.Close(operation))
            {
                operation.Cancel(cancellationToken);
            }
        });
        await operation.Result;
    }

    private T Read<T>(string? payload) => typeof(T) == typeof(Unread) ? default! : _settings.Serializer.Deserialize<T>(payload)!;

    /// <summary>A result nobody looks at.</summary>
    private readonly record struct Unread;
}
