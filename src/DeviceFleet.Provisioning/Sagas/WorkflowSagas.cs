using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Workflows;

namespace DeviceFleet.Provisioning.Sagas;

/// <summary>Sagas as workflows.</summary>
internal sealed class WorkflowSagas(IDaprWorkflowClient workflows, TimeProvider time) : ISagas
{
    public async Task StartAsync(SagaOrder order, CancellationToken cancellationToken)
    {
        // Asked first: a runtime may start an instance that has ended once more.
        if (await workflows.GetWorkflowStateAsync(order.Instance, getInputsAndOutputs: false, cancellationToken) is not { Exists: true })
        {
            // With a time the call returns once the start is stored. Without one it waits for the first turn, and the identity, in whose turn this is, for whichever worker takes that.
            await workflows.ScheduleNewWorkflowAsync(SagaNames.WorkflowOf(order.Kind), order.Instance, order, time.GetUtcNow(), cancellationToken);
        }
    }

    public async Task RaiseAsync(string instance, string eventName, object? payload, CancellationToken cancellationToken)
    {
        if (await workflows.GetWorkflowStateAsync(instance, getInputsAndOutputs: false, cancellationToken) is { Exists: true, IsWorkflowCompleted: false })
        {
            await workflows.RaiseEventAsync(instance, eventName, payload, cancellationToken);
        }
    }
}
