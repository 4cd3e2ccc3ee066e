using DeviceFleet.Provisioning.Sagas;
using DeviceFleet.Workflows;
using DeviceFleet.Workflows.Abstractions;
using DeviceFleet.Workflows.Replay;
using DeviceFleet.Workflows.Serialization;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using TaskHub.Protocol;

namespace DeviceFleet.Provisioning.Tests.Sagas.Exploration;

/// <summary>
/// One instance of a workflow and its history, without a sidecar: each turn is replayed from the beginning by the worker's own replay, and committed as an engine does it: past, new events, then
/// one event for each action.
/// </summary>
internal sealed class WorkflowHistory
{
    public static readonly JsonWorkflowSerializer Serializer = new();

    private static readonly WorkflowRuntimeOptions Registered = Register();
    private static readonly TurnSettings Settings = new(
        Registered.Registry, Serializer, NullLoggerFactory.Instance, NonDeterminismPolicy.Fail, ForeignAwaitPolicy.Fail, SendEventMode.Activity);

    private static readonly ServiceProvider NoServices = new ServiceCollection().BuildServiceProvider();

    private readonly List<HistoryEvent> _past = [];
    private readonly string _instance;

    public WorkflowHistory(string instance) => _instance = instance;

    /// <summary>How the instance ended; null: it has not.</summary>
    public CompleteWorkflowAction? End { get; private set; }

    public int Events => _past.Count;

    /// <summary>Serialized.</summary>
    public string CustomStatus { get; private set; } = "";

    public static Func<IServiceProvider, IWorkflowActivity> ActivityOf(string name) =>
        Registered.Registry.TryFindActivity(name, out var factory) ? factory : throw new InvalidOperationException($"No activity {name}.");

    public IReadOnlyList<WorkflowAction> Start(string workflow, object input, DateTime now) => Turn(now, Event(new HistoryEvent
    {
        ExecutionStarted = new ExecutionStartedEvent
        {
            Name = workflow,
            Input = Serializer.Serialize(input),
            WorkflowInstance = new WorkflowInstance { InstanceId = _instance, ExecutionId = "9d0c3a52-3a33-4f7f-8e7b-6f6a4f1c2b10" },
        },
    }));

    public IReadOnlyList<WorkflowAction> Completed(int id, object? result, DateTime now) =>
        Turn(now, Event(new HistoryEvent { TaskCompleted = new TaskCompletedEvent { TaskScheduledId = id, Result = Serializer.Serialize(result) } }));

    public IReadOnlyList<WorkflowAction> Failed(int id, string message, DateTime now) => Turn(now, Event(new HistoryEvent
    {
        TaskFailed = new TaskFailedEvent { TaskScheduledId = id, FailureDetails = new TaskFailureDetails { ErrorType = "System.IO.IOException", ErrorMessage = message } },
    }));

    public IReadOnlyList<WorkflowAction> Fired(int id, DateTime now) =>
        Turn(now, Event(new HistoryEvent { TimerFired = new TimerFiredEvent { TimerId = id, FireAt = new Timestamp() } }));

    public IReadOnlyList<WorkflowAction> Raised(string name, object? payload, DateTime now) =>
        Turn(now, Event(new HistoryEvent { EventRaised = new EventRaisedEvent { Name = name, Input = Serializer.Serialize(payload) } }));

    private RepeatedField<WorkflowAction> Turn(DateTime now, HistoryEvent arrived)
    {
        if (End is not null)
        {
            return [];
        }

        var began = new HistoryEvent { EventId = -1, Timestamp = Timestamp.FromDateTime(now), WorkflowStarted = new WorkflowStartedEvent() };
        var request = new WorkflowRequest { InstanceId = _instance, NewEvents = { began, arrived } };
        var response = new WorkflowTurn(request, _past, NoServices, Settings).Run();
        _past.Add(began);
        _past.Add(arrived);
        CustomStatus = response.CustomStatus;
        foreach (var action in response.Actions)
        {
            if (action.CompleteWorkflow is { } end)
            {
                End = end;
            }
            else
            {
                _past.Add(Confirmed(action, now));
            }
        }

        return response.Actions;
    }

    private static HistoryEvent Confirmed(WorkflowAction action, DateTime now)
    {
        var happened = new HistoryEvent { EventId = action.Id, Timestamp = Timestamp.FromDateTime(now) };
        if (action.ScheduleTask is { } task)
        {
            happened.TaskScheduled = new TaskScheduledEvent { Name = task.Name, Input = task.Input };
        }
        else
        {
            happened.TimerCreated = new TimerCreatedEvent { FireAt = action.CreateTimer.FireAt };
        }

        return happened;
    }

    private static HistoryEvent Event(HistoryEvent happened)
    {
        happened.EventId = -1;
        happened.Timestamp = new Timestamp();
        return happened;
    }

    private static WorkflowRuntimeOptions Register()
    {
        var options = new WorkflowRuntimeOptions();
        SagasSetup.Register(options);
        return options;
    }
}
