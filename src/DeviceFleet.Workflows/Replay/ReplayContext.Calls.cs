using TaskHub.Protocol;

namespace DeviceFleet.Workflows.Replay;

/// <summary>Activities and child workflows.</summary>
internal sealed partial class ReplayContext
{
    public override Task CallActivityAsync(string name, object? input = null, WorkflowTaskOptions? options = null) =>
        CallActivityAsync<Unread>(name, input, options);

    public override Task<T> CallActivityAsync<T>(string name, object? input = null, WorkflowTaskOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        _run.Thread.Demand();
        var payload = _settings.Serializer.Serialize(input);

        // One id for all attempts, that of the first: what the activity has done, it has done for this call.
        var first = _run.Operations.NextId;
        return options?.RetryPolicy is { } policy
            ? RetryLoop.Run(
                policy,
                () => _run.Now,
                _ => Activity<T>(name, payload, first, options),
                delay => Timer(
                    Pause(delay, new TimerOriginActivityRetry()),
                    CancellationToken.None,
                    action => action.CreateTimer.ActivityRetry.TaskExecutionId = _guids.TaskExecutionId(first, name)))
            : Activity<T>(name, payload, first, options);
    }

    public override Task CallChildWorkflowAsync(string workflowName, object? input = null, ChildWorkflowTaskOptions? options = null) =>
        CallChildWorkflowAsync<Unread>(workflowName, input, options);

    public override Task<TResult> CallChildWorkflowAsync<TResult>(string workflowName, object? input = null, ChildWorkflowTaskOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(workflowName);
        _run.Thread.Demand();
        var payload = _settings.Serializer.Serialize(input);
        if (options?.RetryPolicy is not { } policy)
        {
            return Child<TResult>(workflowName, payload, ChildId(options), null, options);
        }

        // Dapr.Workflow takes an id for the chain of attempts here; without it, the ids after it would be others.
        _ = _guids.Next();
        string? first = null;
        return RetryLoop.Run(
            policy,
            () => _run.Now,
            _ =>
            {
                var id = ChildId(options);
                var predecessor = first;
                first ??= id;
                return Child<TResult>(workflowName, payload, id, predecessor, options);
            },
            delay => Timer(Pause(delay, new TimerOriginChildWorkflowRetry { InstanceId = first! }), CancellationToken.None));
    }

    private string ChildId(ChildWorkflowTaskOptions? options) => string.IsNullOrEmpty(options?.InstanceId) ? _guids.Next().ToString() : options.InstanceId;

    private async Task<T> Activity<T>(string name, string payload, int first, WorkflowTaskOptions? options)
    {
        var schedule = new ScheduleTaskAction { Name = name, Input = payload };
        if (options is { PropagationScope: not HistoryPropagationScope.None and var scope })
        {
            schedule.HistoryPropagationScope = (TaskHub.Protocol.HistoryPropagationScope)scope;
        }

        var operation = _run.Operations.Open(
            OperationKind.Task,
            new WorkflowAction { ScheduleTask = schedule, Router = RouterTo(options) },
            action => action.ScheduleTask.TaskExecutionId = _guids.TaskExecutionId(first, name));
        var result = await operation.Result;
        if (result.TaskFailed is { } failed)
        {
            var details = Failures.Read(failed.FailureDetails);
            throw new WorkflowTaskFailedException($"Task failed: activity '{name}': {details.ErrorMessage}", details);
        }

        return Read<T>(result.TaskCompleted.Result);
    }

    private async Task<T> Child<T>(string name, string payload, string instanceId, string? predecessor, ChildWorkflowTaskOptions? options)
    {
        var create = new CreateChildWorkflowAction { Name = name, Input = payload, InstanceId = instanceId };
        if (predecessor is not null)
        {
            create.RetryParentInstanceInfo = new RetryParentInstanceInfo { InstanceID = predecessor };
        }

        if (options is { PropagationScope: not HistoryPropagationScope.None and var scope })
        {
            create.HistoryPropagationScope = (TaskHub.Protocol.HistoryPropagationScope)scope;
        }

        var operation = _run.Operations.Open(OperationKind.Child, new WorkflowAction { CreateChildWorkflow = create, Router = RouterTo(options) });
        var result = await operation.Result;
        if (result.ChildWorkflowInstanceFailed is { } failed)
        {
            var details = Failures.Read(failed.FailureDetails);
            throw new WorkflowTaskFailedException($"Child workflow '{name}' failed: {details.ErrorMessage}", details);
        }

        return Read<T>(result.ChildWorkflowInstanceCompleted.Result);
    }

    private CreateTimerAction Pause(TimeSpan delay, TimerOriginActivityRetry origin) =>
        new() { FireAt = Timers.At(After(_run.Now, delay)), ActivityRetry = origin };

    private CreateTimerAction Pause(TimeSpan delay, TimerOriginChildWorkflowRetry origin) =>
        new() { FireAt = Timers.At(After(_run.Now, delay)), ChildWorkflowRetry = origin };

    private TaskRouter? RouterTo(WorkflowTaskOptions? options) =>
        string.IsNullOrEmpty(options?.TargetAppId) ? null : new TaskRouter { SourceAppID = _ownAppId ?? string.Empty, TargetAppID = options.TargetAppId };
}
