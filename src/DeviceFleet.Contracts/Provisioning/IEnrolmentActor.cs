using Dapr.Actors;
using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Contracts.Provisioning;

/// <summary>One enrolment (id = its id). Called through a JSON proxy with the names in <see cref="EnrolmentActorMethods"/>.</summary>
public interface IEnrolmentActor : IActor
{
    /// <summary>Makes or changes it.</summary>
    Task<ChangeReply<EnrolmentWritten>> Write(EnrolmentWrite write);

    /// <summary>Deletes it; its codes end.</summary>
    Task<ChangeReply<Enrolment>> Delete(EnrolmentDelete delete);

    /// <summary>The enrolment; <see cref="ChangeOutcome.NotFound"/> when there is none.</summary>
    Task<ChangeReply<Enrolment>> Get();

    /// <summary>Makes claim codes.</summary>
    Task<ChangeReply<ClaimCodes>> MakeCodes(ClaimCodeOrder order);

    /// <summary>Decides on a claim. Never throws for what a device sent.</summary>
    Task<ClaimVerdict> Verify(ClaimCheck check);

    /// <summary>Decides again for a saga: enabled, not expired, not denied. No proof is asked for.</summary>
    Task<ClaimVerdict> Recheck(RecheckQuery query);

    /// <summary>Gives a redeemed code back. Unchanged when it is not this hardware's.</summary>
    Task<ChangeReply<Enrolment>> ReleaseCode(CodeRelease release);
}

/// <summary>Asks whether a device may still come in.</summary>
/// <param name="HardwareId">Who.</param>
/// <param name="At">Unix milliseconds UTC.</param>
public sealed record RecheckQuery(string HardwareId, long At);

/// <summary>Names of <see cref="IEnrolmentActor"/>'s methods on the wire.</summary>
public static class EnrolmentActorMethods
{
    /// <summary>The actor type.</summary>
    public const string ActorType = "Enrolment";

    /// <summary><see cref="IEnrolmentActor.Write"/>.</summary>
    public const string Write = nameof(IEnrolmentActor.Write);

    /// <summary><see cref="IEnrolmentActor.Delete"/>.</summary>
    public const string Delete = nameof(IEnrolmentActor.Delete);

    /// <summary><see cref="IEnrolmentActor.Get"/>.</summary>
    public const string Get = nameof(IEnrolmentActor.Get);

    /// <summary><see cref="IEnrolmentActor.MakeCodes"/>.</summary>
    public const string MakeCodes = nameof(IEnrolmentActor.MakeCodes);

    /// <summary><see cref="IEnrolmentActor.Verify"/>.</summary>
    public const string Verify = nameof(IEnrolmentActor.Verify);

    /// <summary><see cref="IEnrolmentActor.Recheck"/>.</summary>
    public const string Recheck = nameof(IEnrolmentActor.Recheck);

    /// <summary><see cref="IEnrolmentActor.ReleaseCode"/>.</summary>
    public const string ReleaseCode = nameof(IEnrolmentActor.ReleaseCode);
}
