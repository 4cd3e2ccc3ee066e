using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Workflows;

namespace DeviceFleet.Provisioning.Sagas;

/// <summary>New credentials, with overlap.</summary>
internal sealed class RotateCredentials : Workflow<SagaOrder, SagaProgress>
{
    public override Task<SagaProgress> RunAsync(WorkflowContext context, SagaOrder input) => new SagaRun(context, input).RunAsync();
}
