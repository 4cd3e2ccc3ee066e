using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Provisioning.Sagas.Steps;

namespace DeviceFleet.Provisioning.Sagas;

/// <summary>Whom a step waits for.</summary>
internal enum SagaWait
{
    /// <summary>Nobody: an activity does it.</summary>
    Nobody,

    /// <summary>The device, which has to connect.</summary>
    Device,

    /// <summary>A person, who has to approve.</summary>
    Person,
}

/// <summary>One step of a saga.</summary>
/// <param name="Name">One of <see cref="SagaSteps"/>.</param>
/// <param name="Activity">What does it; of a step that waits for the device, what looks once more when it did not come; null: nothing, a person does.</param>
/// <param name="Compensation">What takes it back; null: nothing to take back.</param>
/// <param name="MaySkip">Whether a person may go on without it.</param>
/// <param name="Wait">Whom it waits for.</param>
internal sealed record SagaStep(string Name, string? Activity, string? Compensation = null, bool MaySkip = false, SagaWait Wait = SagaWait.Nobody);

/// <summary>
/// What each saga consists of. The last step of each is a change of the identity that also ends the saga: so one actor decides whether it ended well, whatever was lost on the way. Steps
/// and their order are part of running instances: a change is guarded by <c>IsPatched</c>, or a new version of the workflow.
/// </summary>
internal static class SagaPlan
{
    private static readonly SagaStep Issue = new(SagaSteps.Issue, nameof(IssueCredential), nameof(WithdrawCredential));
    private static readonly SagaStep Allow = new(SagaSteps.Allow, nameof(AllowCredential), nameof(ForbidCredential));
    private static readonly SagaStep Connect = new(SagaSteps.Connect, nameof(LookForConnect), MaySkip: true, Wait: SagaWait.Device);

    private static readonly SagaStep[] Provision =
    [
        new(SagaSteps.Verify, nameof(VerifyEnrolment), MaySkip: true),
        new(SagaSteps.Reserve, nameof(ReserveIdentity)), // taken back last of all, with the saga's end
        Issue,
        Allow,
        new(SagaSteps.Twin, nameof(CreateTwin), nameof(RemoveTwin), MaySkip: true),
        new(SagaSteps.Group, nameof(AssignGroup), nameof(ReturnGroup), MaySkip: true),
        new(SagaSteps.Answer, nameof(AnswerClaim)),
        Connect,
        new(SagaSteps.Approve, Activity: null, MaySkip: true, Wait: SagaWait.Person),
        new(SagaSteps.Activate, nameof(ActivateIdentity)),
    ];

    private static readonly SagaStep[] Rotate =
    [
        Issue,
        Allow,
        new(SagaSteps.Answer, nameof(SendCredential)),
        Connect,
        new(SagaSteps.Revoke, nameof(RevokeOthers)),
    ];

    private static readonly SagaStep[] Decommission =
    [
        new(SagaSteps.Revoke, nameof(RevokeAll)),
        new(SagaSteps.Drain, nameof(DrainDevice), MaySkip: true),
        new(SagaSteps.Archive, nameof(ArchiveDevice), nameof(DropArchive), MaySkip: true),
        new(SagaSteps.Delete, nameof(DeleteDevice), nameof(RestoreDevice), MaySkip: true),
        new(SagaSteps.Retire, nameof(RetireIdentity)),
    ];

    /// <summary>The steps of an order, in order.</summary>
    public static IReadOnlyList<SagaStep> Of(SagaOrder order) => order.Kind switch
    {
        SagaKind.Provision => order.NeedsApproval ? Provision : [.. Provision.Where(step => step.Wait != SagaWait.Person)],
        SagaKind.Rotate => Rotate,
        SagaKind.Decommission => Decommission,
    };
}
