using DeviceFleet.Workflows.Client;
using Grpc.Core;

namespace DeviceFleet.Workflows;

/// <summary>
/// Starts, watches and steers workflow instances. Safe for all threads. What the sidecar refuses is thrown as <see cref="RpcException"/> with its status code,
/// what the token ends as <see cref="OperationCanceledException"/>.
/// </summary>
public interface IDaprWorkflowClient : IDisposable, IAsyncDisposable
{
    /// <summary>Starts an instance and returns its id, as soon as its first turn has run.</summary>
    /// <param name="name">The workflow's name.</param>
    /// <param name="instanceId">The instance's id; null: a new one.</param>
    /// <param name="input">Written as JSON.</param>
    /// <exception cref="RpcException">AlreadyExists: an instance of that id has not ended.</exception>
    Task<string> ScheduleNewWorkflowAsync(string name, string? instanceId = null, object? input = null);

    /// <summary>Starts an instance at a time and returns its id at once.</summary>
    /// <param name="name">The workflow's name.</param>
    /// <param name="instanceId">The instance's id; null: a new one.</param>
    /// <param name="input">Written as JSON.</param>
    /// <param name="startTime">When; a time of no kind is local; null: now, and the call waits for the first turn.</param>
    /// <exception cref="RpcException">AlreadyExists: an instance of that id has not ended.</exception>
    Task<string> ScheduleNewWorkflowAsync(string name, string? instanceId, object? input, DateTime? startTime);

    /// <summary>Starts an instance at a time and returns its id at once.</summary>
    /// <param name="name">The workflow's name.</param>
    /// <param name="instanceId">The instance's id; null: a new one.</param>
    /// <param name="input">Written as JSON.</param>
    /// <param name="startTime">When; null: now, and the call waits for the first turn.</param>
    /// <param name="cancellation">Ends the call, not the instance.</param>
    /// <exception cref="RpcException">AlreadyExists: an instance of that id has not ended.</exception>
    Task<string> ScheduleNewWorkflowAsync(string name, string? instanceId, object? input, DateTimeOffset? startTime, CancellationToken cancellation = default);

    /// <summary>The state of an instance; one that does not exist has <see cref="WorkflowState.Exists"/> false.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="getInputsAndOutputs">Whether input, output, custom status and failure come with it.</param>
    /// <param name="cancellation">Ends the call.</param>
    Task<WorkflowState?> GetWorkflowStateAsync(string instanceId, bool getInputsAndOutputs = true, CancellationToken cancellation = default);

    /// <summary>Waits until an instance is no longer pending. Lost connections are tried again until the token ends the wait.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="getInputsAndOutputs">Whether input, output, custom status and failure come with the state.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="InvalidOperationException">There is no such instance.</exception>
    Task<WorkflowState> WaitForWorkflowStartAsync(string instanceId, bool getInputsAndOutputs = true, CancellationToken cancellation = default);

    /// <summary>Waits until an instance has ended. Lost connections are tried again until the token ends the wait.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="getInputsAndOutputs">Whether input, output, custom status and failure come with the state.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="InvalidOperationException">There is no such instance.</exception>
    Task<WorkflowState> WaitForWorkflowCompletionAsync(string instanceId, bool getInputsAndOutputs = true, CancellationToken cancellation = default);

    /// <summary>Ends an instance and its children without running any more of their code; returns when it has ended.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="output">Its output, written as JSON.</param>
    /// <param name="cancellation">Ends the call.</param>
    Task TerminateWorkflowAsync(string instanceId, object? output = null, CancellationToken cancellation = default);

    /// <summary>Raises an event at an instance; returns when it is stored. Calling twice raises two events.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="eventName">The event's name.</param>
    /// <param name="eventPayload">Written as JSON.</param>
    /// <param name="cancellation">Ends the call.</param>
    Task RaiseEventAsync(string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default);

    /// <summary>Holds an instance: what happens meanwhile is kept for it.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="reason">For its history.</param>
    /// <param name="cancellation">Ends the call.</param>
    Task SuspendWorkflowAsync(string instanceId, string? reason = null, CancellationToken cancellation = default);

    /// <summary>Lets an instance go on.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="reason">For its history.</param>
    /// <param name="cancellation">Ends the call.</param>
    Task ResumeWorkflowAsync(string instanceId, string? reason = null, CancellationToken cancellation = default);

    /// <summary>Deletes an ended instance, its children and their histories.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>Whether anything was deleted.</returns>
    Task<bool> PurgeInstanceAsync(string instanceId, CancellationToken cancellation = default);

    /// <summary>A page of all instances of the app, children included.</summary>
    /// <param name="continuationToken">Of the page before; null: the first page.</param>
    /// <param name="pageSize">1 or more; null: all.</param>
    /// <param name="cancellation">Ends the call.</param>
    Task<WorkflowInstancePage> ListInstanceIdsAsync(string? continuationToken = null, int? pageSize = null, CancellationToken cancellation = default);

    /// <summary>The committed history of an instance, in its order.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="RpcException">NotFound: there is no such instance.</exception>
    Task<IReadOnlyList<WorkflowHistoryEvent>> GetInstanceHistoryAsync(string instanceId, CancellationToken cancellation = default);

    /// <summary>Runs an ended instance again from one of its events, as a new instance.</summary>
    /// <param name="sourceInstanceId">The ended instance.</param>
    /// <param name="eventId">The number of an activity, a timer or a child of it.</param>
    /// <param name="options">The new instance's id, and a new input.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>The new instance's id.</returns>
    Task<string> RerunWorkflowFromEventAsync(
        string sourceInstanceId,
        uint eventId,
        RerunWorkflowFromEventOptions? options = null,
        CancellationToken cancellation = default);
}
