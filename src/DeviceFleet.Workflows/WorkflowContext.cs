using Microsoft.Extensions.Logging;

namespace DeviceFleet.Workflows;

/// <summary>
/// What workflow code may use: everything it asks of the world goes through here, so that a replay gets the same answers. Not safe for other threads; a
/// call from one is refused, since it would happen in another order next time.
/// </summary>
public abstract class WorkflowContext : IWorkflowContext
{
    /// <summary>The name the instance was started by.</summary>
    public abstract string Name { get; }

    /// <summary>The instance's id.</summary>
    public abstract string InstanceId { get; }

    /// <inheritdoc/>
    public abstract DateTime CurrentUtcDateTime { get; }

    /// <inheritdoc/>
    public abstract bool IsReplaying { get; }

    /// <inheritdoc/>
    public abstract bool IsPatched(string patchName);

    /// <summary>Runs an activity; it may run more than once, its result is seen once.</summary>
    /// <param name="name">The activity's name.</param>
    /// <param name="input">Written as JSON.</param>
    /// <param name="options">Retries, and where it runs.</param>
    /// <exception cref="WorkflowTaskFailedException">It failed, or no worker has it. Thrown by the task.</exception>
    public virtual Task CallActivityAsync(string name, object? input = null, WorkflowTaskOptions? options = null) =>
        CallActivityAsync<object?>(name, input, options);

    /// <summary>Runs an activity; it may run more than once, its result is seen once.</summary>
    /// <typeparam name="T">What the result is read as.</typeparam>
    /// <param name="name">The activity's name.</param>
    /// <param name="input">Written as JSON.</param>
    /// <param name="options">Retries, and where it runs.</param>
    /// <exception cref="WorkflowTaskFailedException">It failed, or no worker has it. Thrown by the task.</exception>
    public abstract Task<T> CallActivityAsync<T>(string name, object? input = null, WorkflowTaskOptions? options = null);

    /// <summary>A durable timer.</summary>
    /// <param name="delay">From the turn's time on; zero or less fires at once. No upper bound.</param>
    /// <param name="cancellationToken">Ends the wait. The timer itself fires unseen.</param>
    /// <exception cref="TaskCanceledException">The token was cancelled first. Thrown by the task.</exception>
    public virtual Task CreateTimer(TimeSpan delay, CancellationToken cancellationToken = default) =>
        CreateTimer(After(CurrentUtcDateTime, delay), cancellationToken);

    /// <summary>A durable timer.</summary>
    /// <param name="fireAt">When it fires; a past time fires at once. A time of no kind is taken as UTC.</param>
    /// <param name="cancellationToken">Ends the wait. The timer itself fires unseen.</param>
    /// <exception cref="TaskCanceledException">The token was cancelled first. Thrown by the task.</exception>
    public abstract Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken);

    /// <summary>
    /// The next event of a name that no earlier wait has taken. Events that came before the wait are kept for it, in their order; names are compared
    /// without regard to case; waits of one name are served in their order.
    /// </summary>
    /// <typeparam name="T">What its payload is read as.</typeparam>
    /// <param name="eventName">The event's name.</param>
    /// <param name="cancellationToken">Ends the wait; the event then goes to the next wait of that name.</param>
    /// <exception cref="TaskCanceledException">The token was cancelled first. Thrown by the task.</exception>
    public abstract Task<T> WaitForExternalEventAsync<T>(string eventName, CancellationToken cancellationToken = default);

    /// <summary>The next event of a name, if it comes in time.</summary>
    /// <typeparam name="T">What its payload is read as.</typeparam>
    /// <param name="eventName">The event's name.</param>
    /// <param name="timeout">Zero: the wait is cancelled at once, even if the event is there. Negative: no limit. Else the limit, held by a durable timer.</param>
    /// <exception cref="TaskCanceledException">The time was over first. Thrown by the task.</exception>
    public virtual async Task<T> WaitForExternalEventAsync<T>(string eventName, TimeSpan timeout)
    {
        using var timerCancellation = new CancellationTokenSource();
        using var eventCancellation = new CancellationTokenSource();
        var timer = CreateTimer(timeout, timerCancellation.Token);
        var raised = WaitForExternalEventAsync<T>(eventName, eventCancellation.Token);
        var timedOut = await Task.WhenAny(timer, raised) == timer;
#pragma warning disable VSTHRD103 // asynchronously it would leave the turn
        (timedOut ? eventCancellation : timerCancellation).Cancel();
#pragma warning restore VSTHRD103
        return await raised;
    }

    /// <summary>Raises an event at another instance, without waiting for it. Whether that instance exists is not told.</summary>
    /// <param name="instanceId">The other instance.</param>
    /// <param name="eventName">The event's name.</param>
    /// <param name="payload">Written as JSON.</param>
    public abstract void SendEvent(string instanceId, string eventName, object payload);

    /// <summary>What readers of the instance's state see beside its status; null clears it.</summary>
    /// <param name="customStatus">Written as JSON.</param>
    public abstract void SetCustomStatus(object? customStatus);

    /// <summary>Runs a child workflow.</summary>
    /// <typeparam name="TResult">What its output is read as.</typeparam>
    /// <param name="workflowName">The child's name.</param>
    /// <param name="input">Written as JSON.</param>
    /// <param name="options">Id, retries, and where it runs.</param>
    /// <exception cref="WorkflowTaskFailedException">It failed, was terminated, or its id belongs to a running instance. Thrown by the task.</exception>
    public abstract Task<TResult> CallChildWorkflowAsync<TResult>(string workflowName, object? input = null, ChildWorkflowTaskOptions? options = null);

    /// <summary>Runs a child workflow.</summary>
    /// <param name="workflowName">The child's name.</param>
    /// <param name="input">Written as JSON.</param>
    /// <param name="options">Id, retries, and where it runs.</param>
    /// <exception cref="WorkflowTaskFailedException">It failed, was terminated, or its id belongs to a running instance. Thrown by the task.</exception>
    public virtual Task CallChildWorkflowAsync(string workflowName, object? input = null, ChildWorkflowTaskOptions? options = null) =>
        CallChildWorkflowAsync<object?>(workflowName, input, options);

    /// <summary>
    /// Ends this run and begins the workflow again with a new input and an empty history, under the same id. Return right after it; what else the turn
    /// asked for is not done. If the code throws in the same turn, the instance fails instead.
    /// </summary>
    /// <param name="newInput">Written as JSON.</param>
    /// <param name="preserveUnprocessedEvents">Whether events nobody has waited for go over to the next run.</param>
    public abstract void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true);

    /// <summary>A random-looking id, the same in every replay.</summary>
    public abstract Guid NewGuid();

    /// <summary>A logger that is silent during replay, so that every line appears once.</summary>
    public abstract ILogger CreateReplaySafeLogger(string categoryName);

    /// <summary>A logger that is silent during replay, so that every line appears once.</summary>
    public abstract ILogger CreateReplaySafeLogger(Type type);

    /// <summary>A logger that is silent during replay, so that every line appears once.</summary>
    public abstract ILogger CreateReplaySafeLogger<T>();

    /// <summary>What the caller handed over of its history; null if nothing.</summary>
    public abstract PropagatedHistory? GetPropagatedHistory();

    /// <summary>That much later, or the end of time.</summary>
    internal static DateTime After(DateTime now, TimeSpan delay) =>
        delay > DateTime.MaxValue - now ? DateTime.SpecifyKind(DateTime.MaxValue, DateTimeKind.Utc)
        : delay < DateTime.MinValue - now ? DateTime.SpecifyKind(DateTime.MinValue, DateTimeKind.Utc)
        : now + delay;
}
