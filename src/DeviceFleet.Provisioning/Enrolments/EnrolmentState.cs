using System.Text.Json;
using System.Text.Json.Serialization;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;

namespace DeviceFleet.Provisioning.Enrolments;

/// <summary>What is stored of an enrolment, but for who came in with what. Immutable.</summary>
internal sealed record EnrolmentState
{
    /// <summary>Null: there is none, or none any more.</summary>
    public Enrolment? Enrolment { get; init; }

    /// <summary>Of the last change; it goes on where an enrolment is deleted and made again.</summary>
    public long Version { get; init; }

    /// <summary>Base64 of the encrypted key; null: proofs need none.</summary>
    public string? SealedKey { get; init; }

    /// <summary>Rises with each change that the directory has to hear of.</summary>
    public long Revision { get; init; }

    /// <summary>The directory has not heard of the last change.</summary>
    public bool IsUntold { get; init; }
}

/// <summary>Who came in with what can be used for one hardware only.</summary>
internal sealed record EnrolmentUses
{
    public static EnrolmentUses None { get; } = new();

    /// <summary>Claim codes, in the order in which they were made.</summary>
    public IReadOnlyList<StoredCode> Codes { get; init => field = value ?? []; } = [];

    /// <summary>How many there ever were.</summary>
    public long CodeCount { get; init; }

    /// <summary>The hardware of each certificate that was used, by fingerprint.</summary>
    public IReadOnlyDictionary<string, string> Certificates { get; init => field = value ?? new Dictionary<string, string>(); } = new Dictionary<string, string>();
}

/// <summary>A claim code.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Mac">Base64 of its keyed hash: the code itself is not kept.</param>
/// <param name="ExpiresAt">Unix milliseconds UTC; null: with the enrolment.</param>
/// <param name="Group">The group for who redeems it; null: the enrolment's.</param>
/// <param name="HardwareId">Who redeemed it; null: nobody.</param>
internal sealed record StoredCode(string Id, string Mac, long? ExpiresAt, GroupPath? Group, string? HardwareId)
{
    public bool IsOpen(long now) => HardwareId is null && (ExpiresAt is null || ExpiresAt > now);
}

/// <summary>JSON of the stored state.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(EnrolmentState))]
[JsonSerializable(typeof(EnrolmentUses))]
internal sealed partial class EnrolmentStateJson : JsonSerializerContext;
