using DeviceFleet.Contracts.Provisioning;

namespace DeviceFleet.Provisioning.Sagas.Steps;

/// <summary>Tells the identity what its saga waits for.</summary>
internal sealed class TellProgress(SagaServices services) : SagaActivity(services)
{
    protected override Task<StepResult> RunAsync(StepCall call) => MarkAsync(call);
}

/// <summary>The identity hears that its saga takes back: what comes late from it is refused from now on. It says so if the saga has ended well before.</summary>
internal sealed class BeginTakingBack(SagaServices services) : SagaActivity(services)
{
    protected override async Task<StepResult> RunAsync(StepCall call)
    {
        var result = await MarkAsync(call);
        if (result.Refused is null || result.HasEnded)
        {
            return result;
        }

        // A saga that the identity does not know, or not any more, has nothing there; what it has elsewhere is taken back all the same.
        var identity = await World.GetIdentityAsync(call.Order.DeviceId);
        return StepResult.Done with { HasEnded = HasEndedWell(call.Order, identity.Value) };
    }
}

/// <summary>The saga is over, and nothing of it is left: the code it redeemed is free again, and so is the identity.</summary>
internal sealed class EndTakingBack(SagaServices services) : SagaActivity(services)
{
    protected override async Task<StepResult> RunAsync(StepCall call)
    {
        var order = call.Order;

        // Of a saga that has ended nothing is given back once more: the device may have redeemed the code again, for its next one.
        if (order is { CodeId: { } code, EnrolmentId: { } enrolment, HardwareId: { } hardware } && !await HasEndedAsync(order))
        {
            await World.ReleaseCodeAsync(enrolment, new CodeRelease(code, hardware));
        }

        if (order.Kind == SagaKind.Provision && (await ApplyAsync(call, IdentityAction.Release)).Refused is null)
        {
            return StepResult.Done;
        }

        await MarkAsync(call); // was never reserved, or is another saga's by now
        return StepResult.Done;
    }

    private async Task<bool> HasEndedAsync(SagaOrder order) =>
        (await World.GetIdentityAsync(order.DeviceId)).Value?.Saga is { } saga && (saga.Instance != order.Instance || saga.State is SagaState.Done or SagaState.Compensated);
}
