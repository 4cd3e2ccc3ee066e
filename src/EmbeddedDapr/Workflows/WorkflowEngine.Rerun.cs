using EmbeddedDapr.Workflows.Storage;
using EmbeddedDapr.Workflows.Turns;
using TaskHub.Protocol;

namespace EmbeddedDapr.Workflows;

/// <content>Running an ended workflow again from one of its steps (contract section 4.9).</content>
internal sealed partial class WorkflowEngine
{
    /// <summary>Starts a new instance with the source's history before the step. Answers its id.</summary>
    public async Task<(string Id, WorkflowRefusal? Refusal)> RerunAsync(RerunWorkflowFromEventRequest request, CancellationToken cancellationToken)
    {
        var source = request.SourceInstanceID;
        if (await FindAsync(source) is not { } workflow)
        {
            return (string.Empty, new(WorkflowRefusalKind.NotFound, $"workflow instance does not exist with ID '{source}'"));
        }

        var row = workflow.Row;
        var id = request.HasNewInstanceID && request.NewInstanceID.Length > 0 ? request.NewInstanceID : Guid.NewGuid().ToString();
        if (id == source)
        {
            return (string.Empty, new(WorkflowRefusalKind.InvalidArgument, "rerun workflow instance ID must be different from the original instance ID"));
        }

        if (row.ParentId is not null)
        {
            return (string.Empty, new(WorkflowRefusalKind.InvalidArgument, $"'{source}': cannot rerun from child-workflows"));
        }

        if (!row.IsTerminal)
        {
            return (string.Empty, new(WorkflowRefusalKind.InvalidArgument, $"'{source}' is not in a terminal state"));
        }

        var (plan, refusal) = RerunPlan.Make(await HistoryAsync(source, cancellationToken) ?? [], request, id);
        if (plan is null)
        {
            return (string.Empty, refusal);
        }

        if (await RowAsync(id, cancellationToken) is not null || !await BeginRerunAsync(id, row, plan))
        {
            return (string.Empty, new(WorkflowRefusalKind.AlreadyExists, $"workflow '{id}' has already been created"));
        }

        return (id, null);
    }

    private async Task<bool> BeginRerunAsync(string id, WorkflowRow source, RerunPlan plan)
    {
        var now = Stamp();
        var execution = plan.Start.ExecutionStarted.WorkflowInstance?.ExecutionId ?? Guid.NewGuid().ToString();
        var row = new WorkflowRow
        {
            Key = NextSequence(),
            Id = id,
            ExecutionId = execution,
            Name = source.Name,
            Status = OrchestrationStatus.Running,
            CreatedAt = now,
            StartedAt = now,
            UpdatedAt = now,
        };
        var children = new List<WorkflowStart>();
        foreach (var created in plan.Children)
        {
            children.Add(ChildStart(row, created, now));
        }

        // Nothing waits in the inbox: the results of what is begun again will be the next events. An empty entry would be of no use, but the store wants one.
        var start = new WorkflowStart
        {
            Row = row,
            Inbox = new InboxRow(NextSequence(), 0, EventChunk.Write([])),
            History = new HistoryChunk(0, plan.History.Count, EventChunk.Write(plan.History)),
            Tasks = plan.Tasks,
            Timers = plan.Timers,
        };
        if (!await Store.StartAsync(start))
        {
            return false;
        }

        Adopt(start);
        foreach (var child in children)
        {
            if (await Store.StartAsync(child))
            {
                Adopt(child);
            }
            else
            {
                await PostAsync(id, static _ => false, (_, _) => EventChunk.Read(child.IfOccupied!.Events)[0]);
            }
        }

        return true;
    }

    private WorkflowStart ChildStart(WorkflowRow parent, HistoryEvent created, DateTimeOffset now)
    {
        var child = created.ChildWorkflowInstanceCreated;
        var execution = Guid.NewGuid().ToString();
        var one = WorkflowEvents.New(now);
        one.Router = new TaskRouter { SourceAppID = AppId };
        one.ExecutionStarted = new ExecutionStartedEvent
        {
            Name = child.Name,
            Version = child.Version,
            Input = child.Input,
            ParentTraceContext = child.ParentTraceContext,
            WorkflowInstance = new WorkflowInstance { InstanceId = child.InstanceId, ExecutionId = execution },
            ParentInstance = new ParentInstanceInfo
            {
                TaskScheduledId = created.EventId,
                Name = parent.Name,
                WorkflowInstance = new WorkflowInstance { InstanceId = parent.Id, ExecutionId = parent.ExecutionId },
                AppID = AppId,
            },
        };
        var failure = new TaskFailureDetails { ErrorType = "WorkflowInstanceAlreadyExists", ErrorMessage = $"an active workflow with ID '{child.InstanceId}' already exists" };
        return new WorkflowStart
        {
            Row = new WorkflowRow
            {
                Key = NextSequence(),
                Id = child.InstanceId,
                ExecutionId = execution,
                Name = child.Name,
                Status = OrchestrationStatus.Pending,
                CreatedAt = now,
                UpdatedAt = now,
                ParentId = parent.Id,
                ParentExecutionId = parent.ExecutionId,
                ParentTask = created.EventId,
                ParentAppId = AppId,
            },
            Inbox = new InboxRow(NextSequence(), 0, EventChunk.Write(one)),
            IfOccupied = new InboxRow(NextSequence(), 0, EventChunk.Write(WorkflowEvents.ChildFailed(now, created.EventId, failure, one.Router))),
        };
    }
}
