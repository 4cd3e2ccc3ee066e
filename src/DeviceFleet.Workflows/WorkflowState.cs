using System.Text.Json;
using DeviceFleet.Workflows.Serialization;
using Google.Protobuf.WellKnownTypes;

namespace DeviceFleet.Workflows;

/// <summary>What can be seen of an instance from outside, at one moment.</summary>
public sealed class WorkflowState : IWorkflowState
{
    private readonly TaskHub.Protocol.WorkflowState? _state;
    private readonly IWorkflowSerializer _serializer;

    internal WorkflowState(TaskHub.Protocol.WorkflowState? state, IWorkflowSerializer serializer)
    {
        _state = state;
        _serializer = serializer;
        FailureDetails = state?.FailureDetails is { } details
            ? new WorkflowTaskFailureDetails(details.ErrorType, details.ErrorMessage, details.StackTrace)
            : null;
    }

    /// <inheritdoc/>
    public bool Exists => _state is not null;

    /// <inheritdoc/>
    public string WorkflowName => _state?.Name ?? string.Empty;

    /// <inheritdoc/>
    public bool IsWorkflowRunning => RuntimeStatus == WorkflowRuntimeStatus.Running;

    /// <inheritdoc/>
    public bool IsWorkflowCompleted => RuntimeStatus is WorkflowRuntimeStatus.Completed or WorkflowRuntimeStatus.Failed or WorkflowRuntimeStatus.Terminated;

    /// <inheritdoc/>
    public DateTimeOffset CreatedAt => Time(_state?.CreatedTimestamp);

    /// <inheritdoc/>
    public DateTimeOffset LastUpdatedAt => Time(_state?.LastUpdatedTimestamp);

    /// <inheritdoc/>
    public WorkflowRuntimeStatus RuntimeStatus => _state is { } state && System.Enum.IsDefined((WorkflowRuntimeStatus)(int)state.WorkflowStatus)
        ? (WorkflowRuntimeStatus)(int)state.WorkflowStatus
        : WorkflowRuntimeStatus.Unknown;

    /// <inheritdoc/>
    public WorkflowTaskFailureDetails? FailureDetails { get; }

    /// <inheritdoc/>
    public T? ReadInputAs<T>() => _serializer.Deserialize<T>(_state?.Input);

    /// <inheritdoc/>
    public T? ReadOutputAs<T>() => _serializer.Deserialize<T>(_state?.Output);

    /// <inheritdoc/>
    public T? ReadCustomStatusAs<T>()
    {
        var text = _state?.CustomStatus;
        try
        {
            return _serializer.Deserialize<T>(text);
        }
        catch (JsonException) when (typeof(T) == typeof(string))
        {
            // Workers in Go and JavaScript write the bare text.
            return (T?)(object?)text;
        }
    }

    private static DateTimeOffset Time(Timestamp? timestamp) => timestamp?.ToDateTimeOffset() ?? default;
}
