using DeviceFleet.Workflows.Client;
using DeviceFleet.Workflows.Serialization;
using DeviceFleet.Workflows.Worker;
using Google.Protobuf.WellKnownTypes;
using TaskHub.Protocol;

namespace DeviceFleet.Workflows;

/// <inheritdoc cref="IDaprWorkflowClient"/>
public sealed class DaprWorkflowClient : IDaprWorkflowClient
{
    private readonly Sidecar _sidecar;
    private readonly bool _ownsSidecar;
    private readonly IWorkflowSerializer _serializer;
    private readonly InstanceWaits _waits;

    internal DaprWorkflowClient(Sidecar sidecar, bool ownsSidecar, IWorkflowSerializer serializer, TimeProvider time)
    {
        _sidecar = sidecar;
        _ownsSidecar = ownsSidecar;
        _serializer = serializer;
        _waits = new InstanceWaits(sidecar.Hub, time);
    }

    private TaskHubSidecarService.TaskHubSidecarServiceClient Hub => _sidecar.Hub;

    /// <inheritdoc/>
    public Task<string> ScheduleNewWorkflowAsync(string name, string? instanceId = null, object? input = null) =>
        ScheduleNewWorkflowAsync(name, instanceId, input, (DateTimeOffset?)null);

    /// <inheritdoc/>
    public Task<string> ScheduleNewWorkflowAsync(string name, string? instanceId, object? input, DateTime? startTime) =>
        ScheduleNewWorkflowAsync(name, instanceId, input, startTime is { } time ? new DateTimeOffset(time) : (DateTimeOffset?)null);

    /// <inheritdoc/>
    public async Task<string> ScheduleNewWorkflowAsync(
        string name,
        string? instanceId,
        object? input,
        DateTimeOffset? startTime,
        CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var request = new CreateInstanceRequest
        {
            InstanceId = string.IsNullOrEmpty(instanceId) ? Guid.NewGuid().ToString() : instanceId,
            Name = name,
            Input = _serializer.Serialize(input),
            ScheduledStartTimestamp = startTime is { } time ? Timestamp.FromDateTimeOffset(time) : null,
            ParentTraceContext = WorkflowTracing.Current(),
        };
        return (await Hub.StartInstanceAsync(request, cancellationToken: cancellation)).InstanceId;
    }

    /// <inheritdoc/>
    public async Task<WorkflowState?> GetWorkflowStateAsync(string instanceId, bool getInputsAndOutputs = true, CancellationToken cancellation = default) =>
        new(await _waits.Get(Checked(instanceId), getInputsAndOutputs, cancellation), _serializer);

    /// <inheritdoc/>
    public async Task<WorkflowState> WaitForWorkflowStartAsync(string instanceId, bool getInputsAndOutputs = true, CancellationToken cancellation = default) =>
        new(await _waits.ForStart(Checked(instanceId), getInputsAndOutputs, cancellation), _serializer);

    /// <inheritdoc/>
    public async Task<WorkflowState> WaitForWorkflowCompletionAsync(string instanceId, bool getInputsAndOutputs = true, CancellationToken cancellation = default) =>
        new(await _waits.ForCompletion(Checked(instanceId), getInputsAndOutputs, cancellation), _serializer);

    /// <inheritdoc/>
    public async Task TerminateWorkflowAsync(string instanceId, object? output = null, CancellationToken cancellation = default)
    {
        var request = new TerminateRequest { InstanceId = Checked(instanceId), Output = _serializer.Serialize(output), Recursive = true };
        await Hub.TerminateInstanceAsync(request, cancellationToken: cancellation);
    }

    /// <inheritdoc/>
    public async Task RaiseEventAsync(string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        var request = new RaiseEventRequest { InstanceId = Checked(instanceId), Name = eventName, Input = _serializer.Serialize(eventPayload) };
        await Hub.RaiseEventAsync(request, cancellationToken: cancellation);
    }

    /// <inheritdoc/>
    public async Task SuspendWorkflowAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        await Hub.SuspendInstanceAsync(new SuspendRequest { InstanceId = Checked(instanceId), Reason = reason ?? string.Empty }, cancellationToken: cancellation);

    /// <inheritdoc/>
    public async Task ResumeWorkflowAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        await Hub.ResumeInstanceAsync(new ResumeRequest { InstanceId = Checked(instanceId), Reason = reason ?? string.Empty }, cancellationToken: cancellation);

    /// <inheritdoc/>
    public async Task<bool> PurgeInstanceAsync(string instanceId, CancellationToken cancellation = default)
    {
        var request = new PurgeInstancesRequest { InstanceId = Checked(instanceId), Recursive = true };
        return (await Hub.PurgeInstancesAsync(request, cancellationToken: cancellation)).DeletedInstanceCount > 0;
    }

    /// <inheritdoc/>
    public async Task<WorkflowInstancePage> ListInstanceIdsAsync(string? continuationToken = null, int? pageSize = null, CancellationToken cancellation = default)
    {
        var request = new ListInstanceIDsRequest();
        if (continuationToken is not null)
        {
            request.ContinuationToken = continuationToken;
        }

        if (pageSize is { } size)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(size, 1, nameof(pageSize));
            request.PageSize = (uint)size;
        }

        var page = await Hub.ListInstanceIDsAsync(request, cancellationToken: cancellation);
        return new WorkflowInstancePage([.. page.InstanceIds], page.HasContinuationToken ? page.ContinuationToken : null);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<WorkflowHistoryEvent>> GetInstanceHistoryAsync(string instanceId, CancellationToken cancellation = default)
    {
        var history = await Hub.GetInstanceHistoryAsync(new GetInstanceHistoryRequest { InstanceId = Checked(instanceId) }, cancellationToken: cancellation);
        return [.. history.Events.Select(HistoryEvents.Read)];
    }

    /// <inheritdoc/>
    public async Task<string> RerunWorkflowFromEventAsync(
        string sourceInstanceId,
        uint eventId,
        RerunWorkflowFromEventOptions? options = null,
        CancellationToken cancellation = default)
    {
        var request = new RerunWorkflowFromEventRequest { SourceInstanceID = Checked(sourceInstanceId), EventID = eventId };
        if (!string.IsNullOrEmpty(options?.NewInstanceId))
        {
            request.NewInstanceID = options.NewInstanceId;
        }

        if (options is { OverwriteInput: true })
        {
            request.OverwriteInput = true;
            request.Input = _serializer.Serialize(options.Input);
        }

        return (await Hub.RerunWorkflowFromEventAsync(request, cancellationToken: cancellation)).NewInstanceID;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_ownsSidecar)
        {
            _sidecar.Dispose();
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private static string Checked(string instanceId)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        return instanceId;
    }
}
