using DeviceFleet.Workflows.Client;
using DeviceFleet.Workflows.Tests.Worker;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using TaskHub.Protocol;

namespace DeviceFleet.Workflows.Tests.Client;

public sealed class DaprWorkflowClientTests : IAsyncLifetime
{
    private readonly TestApp _app = new(_ => { });

    private IDaprWorkflowClient Client => _app.Client;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task An_instance_gets_an_id_its_input_and_the_callers_trace()
    {
        CreateInstanceRequest? seen = null;
        _app.Hub.On("StartInstance", (CreateInstanceRequest request) =>
        {
            seen = request;
            return new CreateInstanceResponse { InstanceId = request.InstanceId };
        });
        using var trace = new System.Diagnostics.Activity("test").Start();

        var id = await Client.ScheduleNewWorkflowAsync("Wf", input: new { Size = 3 });

        Assert.Equal(id, seen!.InstanceId);
        Assert.True(Guid.TryParse(id, out _));
        Assert.Equal(("Wf", """{"size":3}"""), (seen.Name, seen.Input));
        Assert.Null(seen.ScheduledStartTimestamp);
        Assert.Equal(trace.Id, seen.ParentTraceContext.TraceParent);
    }

    [Fact]
    public async Task A_start_time_is_passed_on()
    {
        CreateInstanceRequest? seen = null;
        _app.Hub.On("StartInstance", (CreateInstanceRequest request) =>
        {
            seen = request;
            return new CreateInstanceResponse { InstanceId = request.InstanceId };
        });
        var at = new DateTimeOffset(2030, 1, 1, 12, 0, 0, TimeSpan.FromHours(2));

        await Client.ScheduleNewWorkflowAsync("Wf", "id", null, at);

        Assert.Equal(at, seen!.ScheduledStartTimestamp.ToDateTimeOffset());
        Assert.Equal(string.Empty, seen.Input);
    }

    [Fact]
    public async Task The_sidecars_refusal_reaches_the_caller()
    {
        _app.Hub.On<CreateInstanceRequest, CreateInstanceResponse>("StartInstance", _ => throw new RpcException(new Status(StatusCode.AlreadyExists, "there")));

        var refusal = await Assert.ThrowsAsync<RpcException>(() => Client.ScheduleNewWorkflowAsync("Wf", "id"));

        Assert.Equal(StatusCode.AlreadyExists, refusal.StatusCode);
    }

    [Fact]
    public async Task A_state_is_read()
    {
        _app.Hub.On("GetInstance", (GetInstanceRequest request) => new GetInstanceResponse
        {
            Exists = true,
            WorkflowState = new TaskHub.Protocol.WorkflowState
            {
                InstanceId = request.InstanceId,
                Name = "Wf",
                WorkflowStatus = OrchestrationStatus.Failed,
                CreatedTimestamp = new Timestamp { Seconds = 10 },
                LastUpdatedTimestamp = new Timestamp { Seconds = 20 },
                Input = "3",
                Output = string.Empty,
                CustomStatus = "plain text",
                FailureDetails = new TaskFailureDetails { ErrorType = "T", ErrorMessage = "m" },
            },
        });

        var state = (await Client.GetWorkflowStateAsync("id"))!;

        Assert.True(state.Exists);
        Assert.Equal(("Wf", WorkflowRuntimeStatus.Failed, true, false), (state.WorkflowName, state.RuntimeStatus, state.IsWorkflowCompleted, state.IsWorkflowRunning));
        Assert.Equal((3, 0, "plain text"), (state.ReadInputAs<int>(), state.ReadOutputAs<int>(), state.ReadCustomStatusAs<string>()));
        Assert.Equal((10, 20), (state.CreatedAt.ToUnixTimeSeconds(), state.LastUpdatedAt.ToUnixTimeSeconds()));
        Assert.Equal("T: m", state.FailureDetails!.ToString());
    }

    [Fact]
    public async Task An_unknown_instance_has_no_state_and_cannot_be_waited_for()
    {
        _app.Hub.On("GetInstance", (GetInstanceRequest _) => new GetInstanceResponse());

        Assert.False((await Client.GetWorkflowStateAsync("id"))!.Exists);
        await Assert.ThrowsAsync<InvalidOperationException>(() => Client.WaitForWorkflowCompletionAsync("id"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Client.WaitForWorkflowStartAsync("id"));
    }

    [Fact]
    public async Task A_wait_outlives_lost_connections()
    {
        var losses = 2;
        var running = new GetInstanceResponse { Exists = true, WorkflowState = new TaskHub.Protocol.WorkflowState() };
        _app.Hub.On("GetInstance", (GetInstanceRequest _) => running);
        _app.Hub.On("WaitForInstanceCompletion", (GetInstanceRequest _) => losses-- > 0
            ? throw new RpcException(new Status(StatusCode.Unavailable, "lost"))
            : new GetInstanceResponse { Exists = true, WorkflowState = new TaskHub.Protocol.WorkflowState { WorkflowStatus = OrchestrationStatus.Completed } });

        var wait = Client.WaitForWorkflowCompletionAsync("id");
        while (!wait.IsCompleted)
        {
            _app.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(1);
        }

        Assert.True((await wait).IsWorkflowCompleted);
    }

    [Fact]
    public async Task A_wait_ends_with_its_token()
    {
        _app.Hub.On("GetInstance", (GetInstanceRequest _) => new GetInstanceResponse { Exists = true, WorkflowState = new TaskHub.Protocol.WorkflowState() });
        _app.Hub.OnAsync("WaitForInstanceCompletion", async (GetInstanceRequest _, CancellationToken cancellationToken) =>
        {
            var cancelled = new TaskCompletionSource<GetInstanceResponse>();
            using var registration = cancellationToken.Register(() => cancelled.SetException(new RpcException(new Status(StatusCode.Cancelled, "cancelled"))));
            return await cancelled.Task;
        });
        using var enough = new CancellationTokenSource();

        var wait = Client.WaitForWorkflowCompletionAsync("id", cancellation: enough.Token);
        await enough.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
    }

    [Fact]
    public async Task Instances_are_steered()
    {
        _app.Hub.On("RaiseEvent", (RaiseEventRequest _) => new RaiseEventResponse())
            .On("TerminateInstance", (TerminateRequest _) => new TerminateResponse())
            .On("SuspendInstance", (SuspendRequest _) => new SuspendResponse())
            .On("ResumeInstance", (ResumeRequest _) => new ResumeResponse())
            .On("PurgeInstances", (PurgeInstancesRequest _) => new PurgeInstancesResponse { DeletedInstanceCount = 2 });

        await Client.RaiseEventAsync("id", "go", 5);
        Assert.Equal(new RaiseEventRequest { InstanceId = "id", Name = "go", Input = "5" }, await _app.Hub.NextCall<RaiseEventRequest>("RaiseEvent"));
        await Client.TerminateWorkflowAsync("id", "out");
        Assert.Equal(new TerminateRequest { InstanceId = "id", Output = "\"out\"", Recursive = true }, await _app.Hub.NextCall<TerminateRequest>("TerminateInstance"));
        await Client.SuspendWorkflowAsync("id");
        Assert.Equal(new SuspendRequest { InstanceId = "id", Reason = string.Empty }, await _app.Hub.NextCall<SuspendRequest>("SuspendInstance"));
        await Client.ResumeWorkflowAsync("id", "why");
        Assert.Equal(new ResumeRequest { InstanceId = "id", Reason = "why" }, await _app.Hub.NextCall<ResumeRequest>("ResumeInstance"));
        Assert.True(await Client.PurgeInstanceAsync("id"));
        Assert.Equal(new PurgeInstancesRequest { InstanceId = "id", Recursive = true }, await _app.Hub.NextCall<PurgeInstancesRequest>("PurgeInstances"));
    }

    [Fact]
    public async Task Instances_and_histories_are_listed()
    {
        _app.Hub.On("ListInstanceIDs", (ListInstanceIDsRequest request) => request.HasContinuationToken
            ? new ListInstanceIDsResponse { InstanceIds = { "c" } }
            : new ListInstanceIDsResponse { InstanceIds = { "a", "b" }, ContinuationToken = $"after {request.PageSize}" });
        _app.Hub.On("GetInstanceHistory", (GetInstanceHistoryRequest _) => new GetInstanceHistoryResponse
        {
            Events = { new HistoryEvent { EventId = 4, Timestamp = new Timestamp(), TimerCreated = new TimerCreatedEvent() }, new HistoryEvent { EventId = -1 } },
        });

        var page = await Client.ListInstanceIdsAsync(pageSize: 2);
        var last = await Client.ListInstanceIdsAsync(page.ContinuationToken);
        var history = await Client.GetInstanceHistoryAsync("a");

        Assert.Equal(["a", "b"], page.InstanceIds);
        Assert.Equal("after 2", page.ContinuationToken);
        Assert.Equal(["c"], last.InstanceIds);
        Assert.Null(last.ContinuationToken);
        Assert.Equal([(4, WorkflowHistoryEventType.TimerCreated), (-1, WorkflowHistoryEventType.Unknown)], history.Select(happened => (happened.EventId, happened.EventType)));
    }

    [Fact]
    public async Task An_instance_is_run_again_from_an_event()
    {
        _app.Hub.On("RerunWorkflowFromEvent", (RerunWorkflowFromEventRequest request) => new RerunWorkflowFromEventResponse { NewInstanceID = request.NewInstanceID });

        var id = await Client.RerunWorkflowFromEventAsync("old", 3, new RerunWorkflowFromEventOptions { NewInstanceId = "new", Input = 1, OverwriteInput = true });
        var request = await _app.Hub.NextCall<RerunWorkflowFromEventRequest>("RerunWorkflowFromEvent");

        Assert.Equal("new", id);
        Assert.Equal(("old", 3u, "1", true), (request.SourceInstanceID, request.EventID, request.Input, request.OverwriteInput));
    }
}
