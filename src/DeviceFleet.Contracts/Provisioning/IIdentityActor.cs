using System.Text.Json.Serialization;
using Dapr.Actors;
using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Contracts.Provisioning;

/// <summary>What can be done to an identity. Each is idempotent by <c>(instance, step, action)</c> where a saga asks.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<IdentityAction>))]
public enum IdentityAction
{
    /// <summary>Saga: only tells how far it is.</summary>
    [JsonStringEnumMemberName("progress")]
    Progress,

    /// <summary>Person: registers a device by hand: active, with a credential that the reply tells once.</summary>
    [JsonStringEnumMemberName("register")]
    Register,

    /// <summary>Saga: enrolled or active, or new → provisioning, for this instance alone.</summary>
    [JsonStringEnumMemberName("reserve")]
    Reserve,

    /// <summary>Saga, taking back: provisioning → what it was before.</summary>
    [JsonStringEnumMemberName("release")]
    Release,

    /// <summary>Saga: makes a credential, shut.</summary>
    [JsonStringEnumMemberName("issue")]
    Issue,

    /// <summary>Saga, taking back: the instance's credential is revoked and its session cut.</summary>
    [JsonStringEnumMemberName("withdraw")]
    Withdraw,

    /// <summary>Saga: opens the instance's credential.</summary>
    [JsonStringEnumMemberName("allow")]
    Allow,

    /// <summary>Saga, taking back: shuts it, and cuts the session.</summary>
    [JsonStringEnumMemberName("forbid")]
    Forbid,

    /// <summary>Saga: the twin is there, made by this instance unless it was there before.</summary>
    [JsonStringEnumMemberName("note-twin")]
    NoteTwin,

    /// <summary>Saga: the twin is gone.</summary>
    [JsonStringEnumMemberName("forget-twin")]
    ForgetTwin,

    /// <summary>Saga: the answer may be told to who asks.</summary>
    [JsonStringEnumMemberName("answer")]
    Answer,

    /// <summary>Broker: the device connected with the credential <see cref="IdentityChange.CredentialId"/>.</summary>
    [JsonStringEnumMemberName("connected")]
    Connected,

    /// <summary>Saga: provisioning → active; older credentials are revoked.</summary>
    [JsonStringEnumMemberName("activate")]
    Activate,

    /// <summary>Person: active → suspended; the session is cut.</summary>
    [JsonStringEnumMemberName("suspend")]
    Suspend,

    /// <summary>Person: suspended → active.</summary>
    [JsonStringEnumMemberName("resume")]
    Resume,

    /// <summary>Saga: any but provisioning → retired.</summary>
    [JsonStringEnumMemberName("retire")]
    Retire,

    /// <summary>Person: retired → enrolled.</summary>
    [JsonStringEnumMemberName("readmit")]
    Readmit,

    /// <summary>Person: one more credential, open at once, told once in the reply.</summary>
    [JsonStringEnumMemberName("add-credential")]
    AddCredential,

    /// <summary>Person or saga: revokes one credential, or all but the instance's (saga), or all (<see cref="IdentityChange.CredentialId"/> is <c>*</c>); the session is cut.</summary>
    [JsonStringEnumMemberName("revoke")]
    Revoke,

    /// <summary>Person: starts <see cref="SagaKind.Rotate"/>.</summary>
    [JsonStringEnumMemberName("rotate")]
    Rotate,

    /// <summary>Person: starts <see cref="SagaKind.Decommission"/>.</summary>
    [JsonStringEnumMemberName("decommission")]
    Decommission,

    /// <summary>Person: <see cref="IdentityChange.Choice"/> for the saga that waits.</summary>
    [JsonStringEnumMemberName("choose")]
    Choose,
}

/// <summary>Asks for a change of an identity.</summary>
public sealed record IdentityChange
{
    /// <summary>What.</summary>
    public required IdentityAction Action { get; init; }

    /// <summary>The saga's instance; null: not a saga's.</summary>
    public string? Instance { get; init; }

    /// <summary>The saga's step; null: not a saga's.</summary>
    public string? Step { get; init; }

    /// <summary>How far the saga is after this; null: not a saga's.</summary>
    public SagaProgress? Progress { get; init; }

    /// <summary>Which credential.</summary>
    public string? CredentialId { get; init; }

    /// <summary>When the new credential ends, Unix milliseconds UTC; null: never.</summary>
    public long? ExpiresAt { get; init; }

    /// <summary>What a person decided.</summary>
    public SagaChoice? Choice { get; init; }

    /// <summary>The saga that the choice is for; another one under way is a conflict.</summary>
    public string? ForInstance { get; init; }

    /// <summary>Reserve: the order.</summary>
    public SagaOrder? Order { get; init; }

    /// <summary>Why, for the audit, at most <see cref="IdentityLimits.ReasonLengthMax"/> characters.</summary>
    public string? Reason { get; init; }

    /// <summary>Who asks, at most 128 characters.</summary>
    public required string By { get; init; }

    /// <summary>When, Unix milliseconds UTC.</summary>
    public required long At { get; init; }
}

/// <summary>An identity, and what is told once.</summary>
public sealed record IdentityReply
{
    /// <summary>After the turn.</summary>
    public required DeviceIdentity Identity { get; init; }

    /// <summary>The credential that the action made or was about; null: none.</summary>
    public string? CredentialId { get; init; }

    /// <summary>Register, AddCredential: the password, told this once.</summary>
    public string? Secret { get; init; }

    /// <summary>
    /// Reserve, NoteTwin: whether the thing was there before this instance, so that taking back must not take it away.
    /// </summary>
    public bool WasThere { get; init; }

    /// <summary>Where the answer of the saga that is under way goes over MQTT: to the claim that came last, which may not be the order's. Null: to none.</summary>
    public string? ClaimId { get; init; }

    /// <summary>That claim's nonce.</summary>
    public string? Nonce { get; init; }
}

/// <summary>What a password is compared with.</summary>
public sealed record CredentialVerifier
{
    /// <summary>Which credential.</summary>
    public required string CredentialId { get; init; }

    /// <summary>Rounds of PBKDF2-HMAC-SHA512.</summary>
    public required int Iterations { get; init; }

    /// <summary>Base64 of the salt.</summary>
    public required string Salt { get; init; }

    /// <summary>Base64 of the hash, 64 bytes.</summary>
    public required string Hash { get; init; }

    /// <summary>When it ends, Unix milliseconds UTC; null: never.</summary>
    public long? ExpiresAt { get; init; }

    /// <summary>It was used before.</summary>
    public bool WasUsed { get; init; }
}

/// <summary>What the broker has to know of an identity.</summary>
/// <param name="State">Where it is in its life; null: there is no such identity.</param>
/// <param name="Verifiers">Credentials that are open, not revoked and not expired; none unless the state is provisioning or active.</param>
public sealed record IdentityVerifiers(LifecycleState? State, IReadOnlyList<CredentialVerifier> Verifiers);

/// <summary>
/// The identity of one device (id = device id): lifecycle, credentials, claims, audit, and the saga that is under way. Called through a JSON proxy with the names in
/// <see cref="IdentityActorMethods"/>. What follows from a change (an event, a saga to start, a session to cut) lies in the outbox of the same transaction.
/// </summary>
public interface IIdentityActor : IActor
{
    /// <summary>Takes a proven claim: starts a saga, or answers how far the one under way is, or tells identity and secret.</summary>
    Task<ProvisionAnswer> TakeClaim(ClaimTake take);

    /// <summary>Changes it.</summary>
    Task<ChangeReply<IdentityReply>> Apply(IdentityChange change);

    /// <summary>The identity; <see cref="ChangeOutcome.NotFound"/> when there is none.</summary>
    Task<ChangeReply<DeviceIdentity>> Get();

    /// <summary>What passwords are compared with.</summary>
    Task<IdentityVerifiers> GetVerifiers();

    /// <summary>The answer that the saga sends: identity and secret, for as long as it was not used.</summary>
    Task<ChangeReply<CredentialMessage>> GetSecret(SecretQuery query);

    /// <summary>The identity's own audit entries.</summary>
    Task<AuditPage> GetAudit();
}

/// <summary>Asks for the secret of a saga's credential.</summary>
/// <param name="Instance">The saga.</param>
public sealed record SecretQuery(string Instance);

/// <summary>Names of <see cref="IIdentityActor"/>'s methods on the wire.</summary>
public static class IdentityActorMethods
{
    /// <summary>The actor type.</summary>
    public const string ActorType = "Identity";

    /// <summary><see cref="IIdentityActor.TakeClaim"/>.</summary>
    public const string TakeClaim = nameof(IIdentityActor.TakeClaim);

    /// <summary><see cref="IIdentityActor.Apply"/>.</summary>
    public const string Apply = nameof(IIdentityActor.Apply);

    /// <summary><see cref="IIdentityActor.Get"/>.</summary>
    public const string Get = nameof(IIdentityActor.Get);

    /// <summary><see cref="IIdentityActor.GetVerifiers"/>.</summary>
    public const string GetVerifiers = nameof(IIdentityActor.GetVerifiers);

    /// <summary><see cref="IIdentityActor.GetSecret"/>.</summary>
    public const string GetSecret = nameof(IIdentityActor.GetSecret);

    /// <summary><see cref="IIdentityActor.GetAudit"/>.</summary>
    public const string GetAudit = nameof(IIdentityActor.GetAudit);
}
