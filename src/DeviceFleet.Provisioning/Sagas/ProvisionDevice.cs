using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Workflows;

namespace DeviceFleet.Provisioning.Sagas;

/// <summary>From a claim to a trusted device.</summary>
internal sealed class ProvisionDevice : Workflow<SagaOrder, SagaProgress>
{
    public override Task<SagaProgress> RunAsync(WorkflowContext context, SagaOrder input) => new SagaRun(context, input).RunAsync();
}
