using EmbeddedDapr.Workflows.Storage;
using EmbeddedDapr.Workflows.Turns;
using TaskHub.Protocol;

namespace EmbeddedDapr.Workflows;

/// <summary>A workflow to be started.</summary>
internal sealed record StartRequest
{
    public required string InstanceId { get; init; }

    public required string Name { get; init; }

    public string? Version { get; init; }

    public string? Input { get; init; }

    /// <summary>As given; null: at once.</summary>
    public DateTimeOffset? ScheduledAt { get; init; }

    public IEnumerable<KeyValuePair<string, string>> Tags { get; init; } = [];

    public TraceContext? Trace { get; init; }

    /// <summary>Refuse an id whose instance has ended, too.</summary>
    public bool IsUnique { get; init; }
}

/// <content>Beginning instances.</content>
internal sealed partial class WorkflowEngine
{
    /// <summary>Starts an instance; returns once that is stored. Null: started.</summary>
    public async Task<WorkflowRefusal?> StartAsync(StartRequest request, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var earlier = await RowAsync(request.InstanceId, cancellationToken);
            if (earlier is { IsTerminal: false })
            {
                return new(WorkflowRefusalKind.AlreadyExists, $"an active workflow with ID '{request.InstanceId}' already exists");
            }

            if (earlier is not null && request.IsUnique)
            {
                return new(WorkflowRefusalKind.AlreadyExists, $"a workflow with ID '{request.InstanceId}' already exists");
            }

            if (earlier is not null && await ActiveChildAsync(request.InstanceId, 0) is { } child)
            {
                return new(WorkflowRefusalKind.AlreadyExists, $"cannot recreate workflow with ID '{request.InstanceId}': child workflow '{child}': {WorkflowRefusal.NotCompleted.Message}");
            }

            var start = NewStart(request, earlier);
            if (await Store.StartAsync(start))
            {
                Adopt(start);
                return null;
            }
        }
    }

    /// <summary>Waits until the first turn is over; at once if there is no worker, or it is not yet its time.</summary>
    public async Task WaitForBeginAsync(string instanceId, CancellationToken cancellationToken)
    {
        using var waiter = Waiters.Add(instanceId, static row => row.Status != OrchestrationStatus.Pending);
        if (Dispatcher.StreamCount > 0 && await RowAsync(instanceId, cancellationToken) is { Status: OrchestrationStatus.Pending })
        {
            await waiter.Source.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>As committed; null: unknown.</summary>
    public ValueTask<WorkflowRow?> RowAsync(string instanceId, CancellationToken cancellationToken) =>
        _resident.TryGetValue(instanceId, out var slot) && slot.Value is { IsGone: false } workflow
            ? ValueTask.FromResult<WorkflowRow?>(workflow.Row)
            : Store.FindAsync(instanceId, cancellationToken);

    private WorkflowStart NewStart(StartRequest request, WorkflowRow? earlier)
    {
        var now = Stamp();
        var scheduledAt = request.ScheduledAt > now ? request.ScheduledAt : null;
        var execution = Guid.NewGuid().ToString();
        var one = WorkflowEvents.New(now);
        one.Router = new TaskRouter { SourceAppID = AppId };
        one.ExecutionStarted = new ExecutionStartedEvent
        {
            Name = request.Name,
            Version = request.Version,
            Input = request.Input,
            WorkflowInstance = new WorkflowInstance { InstanceId = request.InstanceId, ExecutionId = execution },
            ParentTraceContext = request.Trace,
            ScheduledStartTimestamp = request.ScheduledAt is { } at ? Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(at) : null,
        };
        foreach (var (name, value) in request.Tags)
        {
            one.ExecutionStarted.Tags[name] = value;
        }

        return new WorkflowStart
        {
            Row = new WorkflowRow
            {
                Key = NextSequence(),
                Id = request.InstanceId,
                Generation = (earlier?.Generation ?? 0) + 1,
                ExecutionId = execution,
                Name = request.Name,
                Status = OrchestrationStatus.Pending,
                CreatedAt = now,
                UpdatedAt = now,
                ScheduledAt = scheduledAt,
            },
            Inbox = new InboxRow(NextSequence(), 0, EventChunk.Write(one)),
            Timers = scheduledAt is { } due ? [KeyValuePair.Create(EngineTimers.Start, due)] : [],
            Replaces = earlier,
        };
    }

    /// <summary>A child, or a child's child, that has not ended; null: all have.</summary>
    private async Task<string?> ActiveChildAsync(string instanceId, int depth)
    {
        if (depth > Options.ChildDepthMax || await FindAsync(instanceId) is not { } parent)
        {
            return null;
        }

        foreach (var child in parent.Children)
        {
            if (await RowAsync(child, Stopping) is not { } row || row.ParentId != instanceId)
            {
                continue; // purged, or somebody else's by now
            }

            if (!row.IsTerminal)
            {
                return child;
            }

            if (await ActiveChildAsync(child, depth + 1) is { } deeper)
            {
                return deeper;
            }
        }

        return null;
    }
}
