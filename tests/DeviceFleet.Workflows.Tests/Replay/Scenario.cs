using DeviceFleet.Workflows.Replay;
using DeviceFleet.Workflows.Serialization;
using DeviceFleet.Workflows.Worker;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TaskHub.Protocol;

namespace DeviceFleet.Workflows.Tests.Replay;

/// <summary>
/// One instance and its history, without sidecar: each turn is replayed from the beginning as the worker does it, and committed as the engine does it
/// (past, new events, then one event for each action).
/// </summary>
internal sealed class Scenario
{
    public const string Instance = "instance-1";
    public static readonly DateTime Begin = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly List<HistoryEvent> _past = [];
    private readonly WorkflowRegistry _registry = new();

    public string ExecutionId { get; init; } = "9d0c3a52-3a33-4f7f-8e7b-6f6a4f1c2b10";

    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;

    public NonDeterminismPolicy OnNonDeterminism { get; init; }

    public ForeignAwaitPolicy OnForeignAwait { get; init; }

    public SendEventMode SendEvents { get; init; }

    public TaskHub.Protocol.PropagatedHistory? Propagated { get; init; }

    public DateTime Now { get; set; } = Begin;

    public IReadOnlyList<HistoryEvent> Past => _past;

    public WorkflowRegistry Registry => _registry;

    /// <summary>The last answer.</summary>
    public WorkflowResponse Last { get; private set; } = new();

    public static Scenario Of<TIn, TOut>(Func<WorkflowContext, TIn, Task<TOut>> code) => new Scenario().With(code);

    public static Scenario Of<TOut>(Func<WorkflowContext, Task<TOut>> code) => new Scenario().With(code);

    public Scenario With<TOut>(Func<WorkflowContext, Task<TOut>> code) => With<string?, TOut>((context, _) => code(context));

    public Scenario With<TIn, TOut>(Func<WorkflowContext, TIn, Task<TOut>> code)
    {
        _registry.Add("Wf", _ => new FunctionWorkflow<TIn, TOut>(code));
        return this;
    }

    /// <summary>A worker with other code for the same instance.</summary>
    public Scenario Changed<TOut>(Func<WorkflowContext, Task<TOut>> code, NonDeterminismPolicy onNonDeterminism = NonDeterminismPolicy.Fail)
    {
        var changed = new Scenario { ExecutionId = ExecutionId, Now = Now, OnNonDeterminism = onNonDeterminism }.With(code);
        changed._past.AddRange(_past.Select(happened => happened.Clone()));
        return changed;
    }

    public WorkflowResponse Start(string? input = null) => Turn(Events.Started("Wf", input, Instance, ExecutionId));

    /// <summary>A turn whose answer is committed.</summary>
    public WorkflowResponse Turn(params HistoryEvent[] arrived)
    {
        var news = Peek(arrived);
        _past.AddRange(news);
        if (Last.Version is { } version)
        {
            // The engine keeps what this turn adds to the patches of the turns before.
            var known = _past.Where(happened => happened.WorkflowStarted?.Version is not null).Sum(happened => happened.WorkflowStarted.Version.Patches.Count);
            news[0].WorkflowStarted.Version = new WorkflowVersion { Patches = { version.Patches.Skip(known) } };
            if (version.HasName)
            {
                news[0].WorkflowStarted.Version.Name = version.Name;
            }
        }

        _past.AddRange(Last.Actions.Select(action => Events.Of(action, Now)).OfType<HistoryEvent>());
        return Last;
    }

    /// <summary>A turn whose answer is lost.</summary>
    public HistoryEvent[] Peek(params HistoryEvent[] arrived)
    {
        var started = new HistoryEvent { EventId = -1, Timestamp = Timestamp.FromDateTime(Now), WorkflowStarted = new WorkflowStartedEvent() };
        HistoryEvent[] news = [started, .. arrived];
        var request = new WorkflowRequest { InstanceId = Instance, NewEvents = { news }, PropagatedHistory = Propagated };
        request.PastEvents.AddRange(_past);
        using var services = new ServiceCollection().BuildServiceProvider();
        var settings = new TurnSettings(_registry, new JsonWorkflowSerializer(), Loggers, OnNonDeterminism, OnForeignAwait, SendEvents);
        Last = new WorkflowTurn(request, request.PastEvents, services, settings).Run();
        return news;
    }

    public void Commit(params HistoryEvent[] events) => _past.AddRange(events);
}
