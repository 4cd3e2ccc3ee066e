using System.Text.Json.Serialization;
using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Contracts.Provisioning;

/// <summary>Where a device is in its life. Which moves are legal is the table in <c>DeviceFleet.Provisioning/Identities/Lifecycle.cs</c>; all others are refused.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LifecycleState>))]
public enum LifecycleState
{
    /// <summary>Known, and may provision itself; has no credentials.</summary>
    [JsonStringEnumMemberName("enrolled")]
    Enrolled,

    /// <summary>A saga is under way.</summary>
    [JsonStringEnumMemberName("provisioning")]
    Provisioning,

    /// <summary>Trusted.</summary>
    [JsonStringEnumMemberName("active")]
    Active,

    /// <summary>Locked out for a while; keeps everything.</summary>
    [JsonStringEnumMemberName("suspended")]
    Suspended,

    /// <summary>Gone for good, unless an administrator readmits it.</summary>
    [JsonStringEnumMemberName("retired")]
    Retired,
}

/// <summary>Bounds of identities.</summary>
public static class IdentityLimits
{
    /// <summary>Most credentials that are neither revoked nor expired.</summary>
    public const int CredentialsMax = 4;

    /// <summary>Audit entries that an identity keeps itself; older ones are in the audit log of their day.</summary>
    public const int AuditKeptMax = 100;

    /// <summary>Nonces of claims that are remembered until they expire; with more a claim is refused as <c>too-many</c>.</summary>
    public const int NoncesMax = 64;

    /// <summary>Longest hardware id, in characters of <c>A–Z a–z 0–9 . _ : -</c>, the first a letter or digit.</summary>
    public const int HardwareIdLengthMax = 64;

    /// <summary>Longest reason that a person gives, in characters.</summary>
    public const int ReasonLengthMax = 500;
}

/// <summary>One credential, without what it proves.</summary>
public sealed record DeviceCredential
{
    /// <summary>Unique for the device.</summary>
    public required string Id { get; init; }

    /// <summary>Unix milliseconds UTC.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>Who made it: a saga's instance, or a person.</summary>
    public required string By { get; init; }

    /// <summary>The broker takes it. A credential is made shut and opened by the saga's next step.</summary>
    public bool IsAllowed { get; init; }

    /// <summary>When it ends, Unix milliseconds UTC; null: never.</summary>
    public long? ExpiresAt { get; init; }

    /// <summary>When it was revoked, Unix milliseconds UTC; null: it was not.</summary>
    public long? RevokedAt { get; init; }

    /// <summary>First use, Unix milliseconds UTC: since then nobody can be told its secret any more. Null: never used.</summary>
    public long? FirstUsedAt { get; init; }
}

/// <summary>The identity of a device: what it is allowed to be.</summary>
public sealed record DeviceIdentity
{
    /// <summary>Whose.</summary>
    public required DeviceId DeviceId { get; init; }

    /// <summary>Rises by one each change; the newer one wins.</summary>
    public required long Revision { get; init; }

    /// <summary>Where it is in its life.</summary>
    public required LifecycleState State { get; init; }

    /// <summary>Since when, Unix milliseconds UTC.</summary>
    public required long Since { get; init; }

    /// <summary>The hardware that it belongs to; null: registered by hand.</summary>
    public string? HardwareId { get; init; }

    /// <summary>The enrolment that let it in; null: registered by hand.</summary>
    public string? EnrolmentId { get; init; }

    /// <summary>All that are not forgotten: those in force, and revoked ones for as long as their audit is kept.</summary>
    public IReadOnlyList<DeviceCredential> Credentials { get; init => field = value ?? []; } = [];

    /// <summary>The saga that is under way, or else the last that ended; null: there was none.</summary>
    public SagaProgress? Saga { get; init; }

    /// <summary>The instance that made the device's twin; null: it has none.</summary>
    public string? TwinBy { get; init; }
}

/// <summary>Who changed what, and when.</summary>
public sealed record AuditEntry
{
    /// <summary>Unique; the same entry told again has the same.</summary>
    public required string Id { get; init; }

    /// <summary>Unix milliseconds UTC.</summary>
    public required long At { get; init; }

    /// <summary>A person, a saga's instance, or <c>broker</c>, <c>device</c>.</summary>
    public required string By { get; init; }

    /// <summary>What was done: an <see cref="IdentityAction"/> in kebab case, <c>claim</c>, or <c>refused</c>.</summary>
    public required string Action { get; init; }

    /// <summary>To which device; null: to none that is known.</summary>
    public DeviceId? DeviceId { get; init; }

    /// <summary>Details for a person; never a secret.</summary>
    public string? Detail { get; init; }

    /// <summary>One of <see cref="RejectionReasons"/> where something was refused.</summary>
    public string? Reason { get; init; }

    /// <summary>The state before, where it changed.</summary>
    public LifecycleState? From { get; init; }

    /// <summary>The state after, where it changed.</summary>
    public LifecycleState? To { get; init; }
}

/// <summary>A page of audit entries.</summary>
/// <param name="Entries">Newest first.</param>
/// <param name="Next">Where the next page begins; null: there is none.</param>
public sealed record AuditPage(IReadOnlyList<AuditEntry> Entries, string? Next);

/// <summary>Event on topic <c>provisioning</c>, type <see cref="Messaging.EventTypes.IdentityChanged"/>.</summary>
public sealed record IdentityEvent
{
    /// <summary>After the change.</summary>
    public required DeviceIdentity Identity { get; init; }

    /// <summary>The change; null: only the saga's progress moved.</summary>
    public AuditEntry? Audit { get; init; }
}

/// <summary>Event on topic <c>provisioning</c>, type <see cref="Messaging.EventTypes.AccessRefused"/>: somebody was turned away.</summary>
/// <param name="Audit">Who, why, when.</param>
public sealed record RefusalEvent(AuditEntry Audit);
