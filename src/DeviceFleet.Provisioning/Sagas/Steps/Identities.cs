using DeviceFleet.Contracts.Provisioning;

namespace DeviceFleet.Provisioning.Sagas.Steps;

/// <summary>The enrolment still lets the device in.</summary>
internal sealed class VerifyEnrolment(SagaServices services) : SagaActivity(services)
{
    protected override async Task<StepResult> RunAsync(StepCall call)
    {
        if (await MarkAsync(call) is { Refused: not null } refused)
        {
            return refused;
        }

        if (call.Order is not { EnrolmentId: { } enrolment, HardwareId: { } hardware })
        {
            return StepResult.Done;
        }

        var verdict = await World.RecheckAsync(enrolment, new RecheckQuery(hardware, Now));
        return verdict.Reason is { } reason ? StepResult.No($"{reason}: {verdict.Detail}") : StepResult.Done;
    }
}

/// <summary>The identity is this saga's; and what there is of the device before anything is done to it is written down.</summary>
internal sealed class ReserveIdentity(SagaServices services) : SagaActivity(services)
{
    protected override async Task<StepResult> RunAsync(StepCall call)
    {
        var view = await World.GetViewAsync(call.Order.DeviceId);
        var wasThere = view is { Revision: > 0, IsRemoved: not true };
        var before = wasThere ? new DeviceBefore(WasThere: true, view.Twin.DesiredVersion > 0, view.Group) : new DeviceBefore(WasThere: false, HadDesired: false, Group: null);
        return await ApplyAsync(call, IdentityAction.Reserve, change => change with { Order = call.Order }) with { Before = before };
    }
}

/// <summary>A credential is made, shut.</summary>
internal sealed class IssueCredential(SagaServices services) : SagaActivity(services)
{
    protected override Task<StepResult> RunAsync(StepCall call) => ApplyAsync(call, IdentityAction.Issue);
}

/// <summary>Takes it back.</summary>
internal sealed class WithdrawCredential(SagaServices services) : SagaActivity(services)
{
    protected override Task<StepResult> RunAsync(StepCall call) => ApplyAsync(call, IdentityAction.Withdraw);
}

/// <summary>The broker takes it.</summary>
internal sealed class AllowCredential(SagaServices services) : SagaActivity(services)
{
    protected override Task<StepResult> RunAsync(StepCall call) => ApplyAsync(call, IdentityAction.Allow);
}

/// <summary>Not any more.</summary>
internal sealed class ForbidCredential(SagaServices services) : SagaActivity(services)
{
    protected override Task<StepResult> RunAsync(StepCall call) => ApplyAsync(call, IdentityAction.Forbid);
}

/// <summary>The device did not connect in time, or so it seems: the identity knows.</summary>
internal sealed class LookForConnect(SagaServices services) : SagaActivity(services)
{
    protected override async Task<StepResult> RunAsync(StepCall call)
    {
        var identity = await World.GetIdentityAsync(call.Order.DeviceId);
        return identity.Value?.Credentials.Any(credential => credential.By == call.Order.Instance && credential is { FirstUsedAt: not null, RevokedAt: null }) == true
            ? StepResult.Done
            : StepResult.No("The device did not connect in time.");
    }
}

/// <summary>The device is trusted; credentials of an earlier time end, and so does the saga.</summary>
internal sealed class ActivateIdentity(SagaServices services) : SagaActivity(services)
{
    protected override Task<StepResult> RunAsync(StepCall call) => ApplyAsync(call, IdentityAction.Activate);
}

/// <summary>All credentials but the saga's own end, and so does the saga.</summary>
internal sealed class RevokeOthers(SagaServices services) : SagaActivity(services)
{
    protected override Task<StepResult> RunAsync(StepCall call) => ApplyAsync(call, IdentityAction.Revoke);
}

/// <summary>All credentials end, and the session is cut.</summary>
internal sealed class RevokeAll(SagaServices services) : SagaActivity(services)
{
    protected override Task<StepResult> RunAsync(StepCall call) =>
        ApplyAsync(call, IdentityAction.Revoke, change => change with { CredentialId = "*", Reason = call.Order.Reason });
}

/// <summary>The identity is retired, and the saga ends.</summary>
internal sealed class RetireIdentity(SagaServices services) : SagaActivity(services)
{
    protected override async Task<StepResult> RunAsync(StepCall call)
    {
        await ApplyAsync(call, IdentityAction.ForgetTwin, change => change with { Progress = null }); // the progress is that of the end
        return await ApplyAsync(call, IdentityAction.Retire, change => change with { Reason = call.Order.Reason });
    }
}
