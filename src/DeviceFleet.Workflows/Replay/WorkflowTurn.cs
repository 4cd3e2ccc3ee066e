using Microsoft.Extensions.Logging;
using TaskHub.Protocol;
using EventCase = TaskHub.Protocol.HistoryEvent.EventTypeOneofCase;

namespace DeviceFleet.Workflows.Replay;

/// <summary>
/// One turn of one instance: applies its history, then what is new, one event at a time; user code runs on this thread between two events, until it waits
/// again; then answers with what the code has asked for. Does no I/O.
/// </summary>
internal sealed partial class WorkflowTurn(WorkflowRequest request, IReadOnlyList<HistoryEvent> past, IServiceProvider services, TurnSettings settings)
{
    private readonly RunState _run = new();
    private readonly List<HistoryEvent> _held = [];
    private readonly ILogger _logger = settings.Loggers.CreateLogger<WorkflowTurn>();
    private Task<object?>? _code;
    private Ending? _ending;
    private string? _pinnedVersion;
    private string? _chosenVersion;
    private string? _violation;
    private bool _versionMissing;
    private bool _suspended;

    /// <summary>Runs the turn, on the thread that made it and on no other.</summary>
    public WorkflowResponse Run()
    {
        var surroundings = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            Apply(past);
            _run.IsReplaying = false;
            if (!IsOver)
            {
                Apply(request.NewEvents);
            }

            return Answer();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(surroundings);
            _run.Thread.End();
        }
    }

    /// <summary>Nothing that follows can change the answer.</summary>
    private bool IsOver => _violation is not null || _versionMissing;

    private void Apply(IReadOnlyList<HistoryEvent> events)
    {
        for (var i = 0; i < events.Count && !IsOver; i++)
        {
            Process(events[i]);
        }
    }

    private void Process(HistoryEvent happened)
    {
        if (_ending is not null)
        {
            return;
        }

        if (_suspended && happened.EventTypeCase is not (EventCase.ExecutionResumed or EventCase.ExecutionTerminated))
        {
            // A second suspend changes nothing; held back, it would suspend again what one resume is to free.
            if (happened.EventTypeCase != EventCase.ExecutionSuspended)
            {
                _held.Add(happened);
            }

            return;
        }

        switch (happened.EventTypeCase)
        {
            case EventCase.WorkflowStarted:
                BeginTurn(happened);
                break;
            case EventCase.ExecutionStarted:
                BeginRun(happened);
                break;
            case EventCase.EventRaised:
                _run.Events.Deliver(happened);
                break;
            case EventCase.ExecutionSuspended:
                _suspended = true;
                break;
            case EventCase.ExecutionResumed:
                Resume();
                break;
            case EventCase.ExecutionTerminated:
                Terminate(happened.ExecutionTerminated);
                break;
            default:
                // What is neither a confirmation nor a result says nothing to the code; nor do kinds that later sidecars may add.
                if (!Resolves(happened))
                {
                    _violation = Contradicts(happened);
                }

                break;
        }
    }

    private void BeginTurn(HistoryEvent happened)
    {
        _run.Now = happened.Timestamp.ToDateTime();
        if (happened.WorkflowStarted.Version is { } version)
        {
            _run.Patches.Record(version.Patches);
            if (version.HasName)
            {
                _pinnedVersion = version.Name;
            }
        }
    }

    private void BeginRun(HistoryEvent happened)
    {
        if (_code is not null)
        {
            return;
        }

        var started = happened.ExecutionStarted;
        var choice = settings.Registry.Find(started.Name, _pinnedVersion, isNew: past.Count == 0);
        if (choice.Factory is not { } factory)
        {
            _versionMissing = choice.IsVersionMissing;
            _code = Task.FromException<object?>(new WorkflowNotFoundException(started.Name));
            return;
        }

        _chosenVersion = choice.Version;
        var context = new ReplayContext(_run, happened, request.InstanceId, request.PropagatedHistory, settings);
        _code = RunCode(factory, context, started.Input);
        _ = _code.ContinueWith(
            static (_, run) => ((RunState)run!).Thread.IsHere(),
            _run,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    /// <summary>An async method, so that what the code throws before its first await is a failure of the instance like any other.</summary>
    private async Task<object?> RunCode(Func<IServiceProvider, IWorkflow> factory, ReplayContext context, string? input)
    {
        var workflow = factory(services);
        return await workflow.RunAsync(context, settings.Serializer.Deserialize(input, workflow.InputType));
    }

    private void Resume()
    {
        _suspended = false;
        HistoryEvent[] held = [.. _held];
        _held.Clear();
        Apply(held);
    }

    /// <summary>Nothing runs after it. What had ended before keeps its end; what was to begin again does not.</summary>
    private void Terminate(ExecutionTerminatedEvent terminated) =>
        _ending = EndingOfCode() is { Status: not OrchestrationStatus.ContinuedAsNew } ended
            ? ended
            : new Ending(OrchestrationStatus.Terminated, terminated.Input);
}
