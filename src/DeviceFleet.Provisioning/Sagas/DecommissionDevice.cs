using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Workflows;

namespace DeviceFleet.Provisioning.Sagas;

/// <summary>From a device to nothing but its archive.</summary>
internal sealed class DecommissionDevice : Workflow<SagaOrder, SagaProgress>
{
    public override Task<SagaProgress> RunAsync(WorkflowContext context, SagaOrder input) => new SagaRun(context, input).RunAsync();
}
