using System.Text.Json;
using System.Text.Json.Serialization;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Provisioning.Credentials;

namespace DeviceFleet.Provisioning.Identities;

/// <summary>What is stored of an identity, in one piece: a change, and all that follows from it, is one write. Immutable.</summary>
internal sealed record IdentityState
{
    /// <summary>Entries of the audit that lie here; older ones are in pages of as many, under keys of their own.</summary>
    public const int AuditPageSize = 20;

    public required DeviceId DeviceId { get; init; }

    /// <summary>Rises by one each change that others hear of. 0: there is no identity.</summary>
    public long Revision { get; init; }

    public LifecycleState State { get; init; }

    public long Since { get; init; }

    public string? HardwareId { get; init; }

    public string? EnrolmentId { get; init; }

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<StoredCredential> Credentials { get; init => field = value ?? []; } = [];

    /// <summary>How many there ever were: ids are never used again.</summary>
    public long CredentialCount { get; init; }

    /// <summary>The credential that the device connected with last; null: with none that is known.</summary>
    public string? ConnectedWith { get; init; }

    public string? TwinBy { get; init; }

    /// <summary>The saga that is under way, or else the last one.</summary>
    public StoredSaga? Saga { get; init; }

    /// <summary>The one before: an activity of it may still be told again.</summary>
    public StoredSaga? EarlierSaga { get; init; }

    /// <summary>How many there ever were: instance ids are never used again.</summary>
    public long SagaCount { get; init; }

    /// <summary>Nonces of claims until these expire.</summary>
    public IReadOnlyList<StoredNonce> Nonces { get; init => field = value ?? []; } = [];

    /// <summary>The newest entries, oldest first, at most <see cref="AuditPageSize"/>.</summary>
    public IReadOnlyList<AuditEntry> Audit { get; init => field = value ?? []; } = [];

    /// <summary>How many there ever were.</summary>
    public long AuditCount { get; init; }

    /// <summary>What is to leave after this is stored, oldest first.</summary>
    public IReadOnlyList<OutboxItem> Outbox { get; init => field = value ?? []; } = [];

    /// <summary>Where it is in its life; null: there is no identity.</summary>
    [JsonIgnore]
    public LifecycleState? Lifecycle => Revision == 0 ? null : State;

    /// <summary>The saga that is under way; null: none.</summary>
    [JsonIgnore]
    public StoredSaga? Running => Saga is { HasEnded: false } saga ? saga : null;

    public static IdentityState New(DeviceId id) => new() { DeviceId = id };

    public DeviceIdentity ToView() => new()
    {
        DeviceId = DeviceId,
        Revision = Revision,
        State = State,
        Since = Since,
        HardwareId = HardwareId,
        EnrolmentId = EnrolmentId,
        Credentials = [.. Credentials.Select(credential => credential.ToView())],
        Saga = Saga?.Progress,
        TwinBy = TwinBy,
    };
}

/// <summary>A credential, with what it is checked by, and until it was used with what its secret is made of.</summary>
internal sealed record StoredCredential
{
    public required string Id { get; init; }

    public required long CreatedAt { get; init; }

    public required string By { get; init; }

    public bool IsAllowed { get; init; }

    public long? ExpiresAt { get; init; }

    public long? RevokedAt { get; init; }

    /// <summary>Who revoked it: when a saga did, and is taken back, it counts again.</summary>
    public string? RevokedBy { get; init; }

    public long? FirstUsedAt { get; init; }

    /// <summary>Base64; null: nobody can be told the secret any more.</summary>
    public string? Seed { get; init; }

    /// <summary>Null: nothing matches any more.</summary>
    public PasswordHash? Hash { get; init; }

    public bool IsOpen(long now) => RevokedAt is null && (ExpiresAt is null || ExpiresAt > now);

    public DeviceCredential ToView() => new()
    {
        Id = Id, CreatedAt = CreatedAt, By = By, IsAllowed = IsAllowed, ExpiresAt = ExpiresAt, RevokedAt = RevokedAt, FirstUsedAt = FirstUsedAt,
    };
}

/// <summary>A saga, and what it did to the identity.</summary>
internal sealed record StoredSaga
{
    public required SagaOrder Order { get; init; }

    public required SagaProgress Progress { get; init; }

    /// <summary>What the identity was before it.</summary>
    public required SagaBefore Before { get; init; }

    /// <summary>What it did: asked again, it is answered the same again.</summary>
    public IReadOnlyList<SagaDeed> Deeds { get; init => field = value ?? []; } = [];

    /// <summary>Where the answer goes over MQTT: to the newest claim; null: to none.</summary>
    public string? ClaimId { get; init; }

    /// <summary>That claim's nonce.</summary>
    public string? Nonce { get; init; }

    /// <summary>What a person chose since the saga moved last; null: nothing.</summary>
    public SagaChoice? Chosen { get; init; }

    [JsonIgnore]
    public string Instance => Order.Instance;

    [JsonIgnore]
    public bool HasEnded => Progress.State is SagaState.Done or SagaState.Compensated;

    /// <summary>Identity and secret may be told.</summary>
    [JsonIgnore]
    public bool IsAnswered => Did(IdentityAction.Answer);

    /// <summary>The device has not been seen with its new credential, as far as the saga knows.</summary>
    [JsonIgnore]
    public bool AwaitsConnection =>
        Order.Kind is SagaKind.Provision or SagaKind.Rotate && !HasEnded && Progress.State != SagaState.Compensating && IndexOf(Progress.Step) <= IndexOf(SagaSteps.Connect);

    public bool Did(IdentityAction action) => Deeds.Any(deed => deed.Action == action);

    public int IndexOf(string step) => SagaSteps.Of(Order.Kind).Index().FirstOrDefault(entry => entry.Item == step, (Index: -1, Item: step)).Index;
}

/// <summary>What an identity was.</summary>
/// <param name="State">Its state.</param>
/// <param name="HardwareId">Its hardware.</param>
/// <param name="EnrolmentId">Its enrolment.</param>
internal sealed record SagaBefore(LifecycleState State, string? HardwareId, string? EnrolmentId);

/// <summary>Something that a saga did.</summary>
/// <param name="Step">At which step.</param>
/// <param name="Action">What.</param>
/// <param name="CredentialId">Which credential it made or was about; null: none.</param>
/// <param name="WasThere">The thing was there before.</param>
internal sealed record SagaDeed(string? Step, IdentityAction Action, string? CredentialId, bool WasThere);

/// <summary>A nonce that was used.</summary>
/// <param name="Nonce">The nonce.</param>
/// <param name="ExpiresAt">When its claim expires, Unix milliseconds UTC.</param>
internal sealed record StoredNonce(string Nonce, long ExpiresAt);

/// <summary>Older entries of the audit.</summary>
/// <param name="Entries">Oldest first.</param>
internal sealed record StoredAudit(IReadOnlyList<AuditEntry> Entries);

/// <summary>JSON of the stored state.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(IdentityState))]
[JsonSerializable(typeof(StoredAudit))]
internal sealed partial class IdentityStateJson : JsonSerializerContext;
