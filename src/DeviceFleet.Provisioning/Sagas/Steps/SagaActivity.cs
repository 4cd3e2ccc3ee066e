using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Workflows;

namespace DeviceFleet.Provisioning.Sagas.Steps;

/// <summary>What every activity uses.</summary>
internal sealed class SagaServices(ISagaWorld world, ActivityFaults faults, TimeProvider time, ILoggerFactory loggers)
{
    public ISagaWorld World { get; } = world;

    public ActivityFaults Faults { get; } = faults;

    public TimeProvider Time { get; } = time;

    public ILoggerFactory Loggers { get; } = loggers;
}

/// <summary>
/// One step of a saga, or its compensation. It may run twice, and late: after its saga gave it up. So it asks the identity before it touches anything else, and once more afterwards where that
/// does not happen anyway; the identity refuses what is not its saga's, or comes after taking back has begun.
/// </summary>
internal abstract class SagaActivity(SagaServices services) : WorkflowActivity<StepCall, StepResult>
{
    protected ISagaWorld World => services.World;

    protected long Now => services.Time.GetUtcNow().ToUnixTimeMilliseconds();

    public sealed override async Task<StepResult> RunAsync(WorkflowActivityContext context, StepCall input)
    {
        services.Faults.MayFail($"before {GetType().Name}");
        var result = await RunAsync(input);
        services.Faults.MayFail($"after {GetType().Name}");
        return result;
    }

    protected abstract Task<StepResult> RunAsync(StepCall call);

    /// <summary>Changes the identity, or hears why not.</summary>
    protected async Task<StepResult> ApplyAsync(StepCall call, IdentityAction action, Func<IdentityChange, IdentityChange>? more = null) =>
        (await AskAsync(call, action, more)).Result;

    /// <summary>The same, with what the identity answered where it took the change.</summary>
    protected async Task<(StepResult Result, IdentityReply? Reply)> AskAsync(StepCall call, IdentityAction action, Func<IdentityChange, IdentityChange>? more = null)
    {
        var order = call.Order;
        var change = new IdentityChange { Action = action, Instance = order.Instance, Step = call.Progress.Step, Progress = call.Progress, By = order.Instance, At = Now };
        var reply = await World.ApplyAsync(order.DeviceId, more?.Invoke(change) ?? change);
        var result = IsTaken(reply.Outcome) ? StepResult.Done : StepResult.No(reply.Detail ?? $"The identity refused {action}: {reply.Outcome}.");
        var saga = reply.Value?.Identity.Saga is { } known && known.Instance == order.Instance ? known : null;
        return (
            result with
            {
                HasEnded = saga?.State == SagaState.Done,
                IsTakenBack = result.Refused is not null && saga?.State is SagaState.Compensating or SagaState.Compensated,
            },
            reply.Value);
    }

    /// <summary>Tells the identity how far the saga is, and hears whether it may go on.</summary>
    protected Task<StepResult> MarkAsync(StepCall call) => ApplyAsync(call, IdentityAction.Progress);

    protected static bool IsTaken(ChangeOutcome outcome) => outcome is ChangeOutcome.Applied or ChangeOutcome.Unchanged;

    /// <summary>The registration as it is; null: the device is not there.</summary>
    protected async Task<DeviceRegistration?> RegistrationAsync(StepCall call)
    {
        // A write that says nothing changes nothing, and is answered with what there is.
        var reply = await World.WriteRegistrationAsync(call.Order.DeviceId, new RegistrationWrite { By = call.Order.Instance, At = Now });
        return IsTaken(reply.Outcome) ? reply.Value : null;
    }

    protected static bool HasEndedWell(SagaOrder order, DeviceIdentity? identity) =>
        identity?.Saga is { State: SagaState.Done } saga && saga.Instance == order.Instance;
}
