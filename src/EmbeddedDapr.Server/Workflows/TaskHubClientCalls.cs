using EmbeddedDapr.Workflows;
using EmbeddedDapr.Workflows.Storage;
using EmbeddedDapr.Workflows.Turns;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using TaskHub.Protocol;

namespace EmbeddedDapr.Server.Workflows;

/// <summary>What clients call (workflow contract, section 4.3).</summary>
internal static class TaskHubClientCalls
{
    private static readonly System.Buffers.SearchValues<char> NotInIds = System.Buffers.SearchValues.Create("/\\#?");

    public static async Task<CreateInstanceResponse> StartAsync(WorkflowEngine engine, CreateInstanceRequest request, CancellationToken cancellationToken)
    {
        // E-3.
        if (request.InstanceId.Length == 0 || request.Name.Length == 0)
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, request.InstanceId.Length == 0 ? "no instance ID was provided" : "no workflow name was provided"));
        }

        // daprd's scheduler takes no such ids (recorded: start-id-forms): what runs here must run there.
        if (request.InstanceId.AsSpan().IndexOfAny(NotInIds) >= 0)
        {
            throw new RpcException(new Status(StatusCode.Unknown, $"failed to create workflow instance: instance ID '{request.InstanceId}' must not contain '/', '\\', '#' or '?'"));
        }

        var refusal = await MeasuredAsync(engine, "create_workflow", () => engine.StartAsync(
            new StartRequest
            {
                InstanceId = request.InstanceId,
                Name = request.Name,
                Version = request.Version,
                Input = request.Input,
                ScheduledAt = request.ScheduledStartTimestamp is { } at ? TimerTimes.Due(at) : null,
                Tags = request.Tags,
                Trace = request.ParentTraceContext,
                IsUnique = request.EnforceUniqueInstanceId,
            },
            cancellationToken));
        if (refusal is not null)
        {
            throw Refused(refusal, $"failed to create workflow instance: rpc error: code = AlreadyExists desc = {refusal.Message}");
        }

        if (request.ScheduledStartTimestamp is null)
        {
            await engine.WaitForBeginAsync(request.InstanceId, cancellationToken);
        }

        return new CreateInstanceResponse { InstanceId = request.InstanceId };
    }

    public static async Task<GetInstanceResponse> GetAsync(WorkflowEngine engine, GetInstanceRequest request, CancellationToken cancellationToken) =>
        State(await engine.DescribeAsync(request.InstanceId, request.GetInputsAndOutputs, cancellationToken), withParent: false);

    public static Task<GetInstanceResponse> WaitForStartAsync(WorkflowEngine engine, GetInstanceRequest request, CancellationToken cancellationToken) =>
        WaitAsync(engine, request, static row => row.Status != OrchestrationStatus.Pending, cancellationToken);

    public static Task<GetInstanceResponse> WaitForCompletionAsync(WorkflowEngine engine, GetInstanceRequest request, CancellationToken cancellationToken) =>
        WaitAsync(engine, request, static row => row.IsTerminal, cancellationToken);

    public static async Task<RaiseEventResponse> RaiseAsync(WorkflowEngine engine, RaiseEventRequest request, CancellationToken cancellationToken)
    {
        var refusal = await MeasuredAsync(engine, "add_event", () => engine.RaiseAsync(request.InstanceId, request.Name, request.Input));
        return refusal switch
        {
            null => new RaiseEventResponse(),
            { Kind: WorkflowRefusalKind.NotFound } => throw new RpcException(new Status(StatusCode.NotFound, refusal.Message)),
            _ => throw Refused(refusal),
        };
    }

    public static async Task<TerminateResponse> TerminateAsync(WorkflowEngine engine, TerminateRequest request, CancellationToken cancellationToken)
    {
        await ControlAsync(engine, "terminate_workflow", request.InstanceId, () => engine.TerminateAsync(request.InstanceId, request.Output, request.Recursive), static row => row.IsTerminal, cancellationToken);
        return new TerminateResponse();
    }

    public static async Task<SuspendResponse> SuspendAsync(WorkflowEngine engine, SuspendRequest request, CancellationToken cancellationToken)
    {
        await ControlAsync(engine, "pause_workflow", request.InstanceId, () => engine.SuspendAsync(request.InstanceId, request.Reason), static row => row.IsTerminal || row.Status == OrchestrationStatus.Suspended, cancellationToken);
        return new SuspendResponse();
    }

    public static async Task<ResumeResponse> ResumeAsync(WorkflowEngine engine, ResumeRequest request, CancellationToken cancellationToken)
    {
        await ControlAsync(engine, "resume_workflow", request.InstanceId, () => engine.ResumeAsync(request.InstanceId, request.Reason), static row => row.IsTerminal || row.Status == OrchestrationStatus.Running, cancellationToken);
        return new ResumeResponse();
    }

    public static async Task<PurgeInstancesResponse> PurgeAsync(WorkflowEngine engine, PurgeInstancesRequest request, CancellationToken cancellationToken)
    {
        if (request.PurgeInstanceFilter is { } filter)
        {
            var query = new WorkflowQuery
            {
                Statuses = filter.RuntimeStatus.Count > 0
                    ? [.. filter.RuntimeStatus.Where(WorkflowRow.IsTerminalStatus)]
                    : [OrchestrationStatus.Completed, OrchestrationStatus.Failed, OrchestrationStatus.Terminated, OrchestrationStatus.Canceled],
                CreatedFrom = filter.CreatedTimeFrom?.ToDateTimeOffset(),
                CreatedTo = filter.CreatedTimeTo?.ToDateTimeOffset(),
                Limit = 200,
            };
            var gone = query.Statuses.Count == 0 ? 0 : await engine.PurgeAsync(query, request.Recursive, cancellationToken);
            return new PurgeInstancesResponse { DeletedInstanceCount = gone, IsComplete = true };
        }

        var count = 0;
        var refusal = await MeasuredAsync(engine, "purge_workflow", async () =>
        {
            (count, var why) = await engine.PurgeAsync(request.InstanceId, request.Recursive, request.HasForce && request.Force);
            return why;
        });
        return refusal is null ? new PurgeInstancesResponse { DeletedInstanceCount = count, IsComplete = true } : throw Refused(refusal, $"failed to purge orchestration state: {refusal.Message}");
    }

    public static async Task<RerunWorkflowFromEventResponse> RerunAsync(WorkflowEngine engine, RerunWorkflowFromEventRequest request, CancellationToken cancellationToken)
    {
        var (id, refusal) = await engine.RerunAsync(request, cancellationToken);
        return refusal switch
        {
            null => new RerunWorkflowFromEventResponse { NewInstanceID = id },
            { Kind: WorkflowRefusalKind.NotFound } => throw new RpcException(new Status(StatusCode.NotFound, refusal.Message)),
            _ => throw Refused(refusal),
        };
    }

    public static async Task<ListInstanceIDsResponse> ListAsync(WorkflowEngine engine, ListInstanceIDsRequest request, CancellationToken cancellationToken)
    {
        var (ids, token) = await engine.ListIdsAsync(request.HasContinuationToken ? request.ContinuationToken : null, request.HasPageSize ? request.PageSize : null, cancellationToken);
        var response = new ListInstanceIDsResponse();
        response.InstanceIds.Add(ids);
        if (token is not null)
        {
            response.ContinuationToken = token;
        }

        return response;
    }

    public static async Task<GetInstanceHistoryResponse> HistoryAsync(WorkflowEngine engine, GetInstanceHistoryRequest request, CancellationToken cancellationToken)
    {
        if (await engine.HistoryAsync(request.InstanceId, cancellationToken) is not { } events)
        {
            throw new RpcException(new Status(StatusCode.NotFound, $"workflow instance does not exist with ID '{request.InstanceId}'"));
        }

        var response = new GetInstanceHistoryResponse();
        response.Events.Add(events);
        return response;
    }

    private static async Task<GetInstanceResponse> WaitAsync(WorkflowEngine engine, GetInstanceRequest request, Func<WorkflowRow, bool> isReached, CancellationToken cancellationToken)
    {
        // E-5: an unknown instance is answered at once; one that is purged while somebody waits is not.
        var row = await engine.WaitAsync(request.InstanceId, isReached, cancellationToken);
        return State(row is null ? null : await engine.DescribeAsync(row, request.GetInputsAndOutputs, cancellationToken), withParent: true);
    }

    private static async Task ControlAsync(
        WorkflowEngine engine, string operation, string instanceId, Func<Task<WorkflowRefusal?>> ask, Func<WorkflowRow, bool> isReached, CancellationToken cancellationToken)
    {
        if (await MeasuredAsync(engine, operation, ask) is { } refusal)
        {
            throw Refused(refusal);
        }

        await engine.WaitAsync(instanceId, isReached, cancellationToken);
    }

    private static async Task<WorkflowRefusal?> MeasuredAsync(WorkflowEngine engine, string operation, Func<Task<WorkflowRefusal?>> call)
    {
        var began = engine.Time.GetTimestamp();
        var refusal = await call();
        engine.Metrics.Operation(operation, refusal is null, engine.Time.GetElapsedTime(began));
        return refusal;
    }

    private static RpcException Refused(WorkflowRefusal refusal, string? message = null) => new(new Status(
        refusal.Kind switch
        {
            WorkflowRefusalKind.AlreadyExists => StatusCode.AlreadyExists,
            WorkflowRefusalKind.InvalidArgument => StatusCode.InvalidArgument,
            WorkflowRefusalKind.NotFound or WorkflowRefusalKind.NotCompleted or WorkflowRefusalKind.Stalled => StatusCode.Unknown,
        },
        message ?? refusal.Message));

    private static GetInstanceResponse State(WorkflowDescription? found, bool withParent)
    {
        if (found is null)
        {
            return new GetInstanceResponse();
        }

        var row = found.Row;
        var state = new WorkflowState
        {
            InstanceId = row.Id,
            Name = row.Name,
            WorkflowStatus = row.Status,
            CreatedTimestamp = row.CreatedAt.ToTimestamp(),
            LastUpdatedTimestamp = row.UpdatedAt.ToTimestamp(),
            StartedAt = row.StartedAt?.ToTimestamp(),
            Input = found.Input,
            Output = found.Output,
            CustomStatus = row.CustomStatus,
            FailureDetails = found.Failure,
            ParentInstanceId = withParent ? row.ParentId : null,
            ParentAppId = withParent ? row.ParentAppId : null,
        };
        return new GetInstanceResponse { Exists = true, WorkflowState = state };
    }
}
