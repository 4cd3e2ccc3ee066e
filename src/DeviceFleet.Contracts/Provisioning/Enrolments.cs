using System.Text.Json.Serialization;
using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Contracts.Provisioning;

/// <summary>How a device proves that an enrolment means it.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ProofKind>))]
public enum ProofKind
{
    /// <summary>
    /// <c>proof</c> = base64 of HMAC-SHA256(device key, <see cref="ClaimText"/>). The device key is HMAC-SHA256(enrolment key, hardware id) for a group, the enrolment key itself
    /// for a single device.
    /// </summary>
    [JsonStringEnumMemberName("symmetric-key")]
    SymmetricKey,

    /// <summary>
    /// <c>certificate</c> = base64 of the DER; its SHA-256 fingerprint is enrolled, it is valid now, and <c>proof</c> = base64 of its key's signature of <see cref="ClaimText"/>
    /// (ECDSA: IEEE P1363 or DER; RSA: PKCS #1; SHA-256).
    /// </summary>
    [JsonStringEnumMemberName("x509")]
    X509,

    /// <summary><c>code</c> = a code made for end users: for one device, once.</summary>
    [JsonStringEnumMemberName("claim-code")]
    ClaimCode,
}

/// <summary>Bounds of enrolments.</summary>
public static class EnrolmentLimits
{
    /// <summary>Most entries of each list of one enrolment.</summary>
    public const int ListMax = 10_000;

    /// <summary>Most codes of one enrolment that were not redeemed.</summary>
    public const int CodesMax = 10_000;

    /// <summary>Most codes in one order.</summary>
    public const int CodesAtOnceMax = 1_000;

    /// <summary>Bytes of an enrolment key.</summary>
    public const int KeyBytes = 32;

    /// <summary>Longest id, in the alphabet of device ids.</summary>
    public const int IdLengthMax = 64;

    /// <summary>How far ahead a claim may say that it expires, and how long its nonce is remembered at least.</summary>
    public static TimeSpan ClaimLifeMax { get; } = TimeSpan.FromHours(1);

    /// <summary>How long a device may take to connect where nothing is said.</summary>
    public static TimeSpan ConnectWithinDefault { get; } = TimeSpan.FromMinutes(10);

    /// <summary>How long it may take at most; at least a second.</summary>
    public static TimeSpan ConnectWithinMax { get; } = TimeSpan.FromDays(30);
}

/// <summary>Says which devices may come in, and what they get. Its key is in no view.</summary>
public sealed record Enrolment
{
    /// <summary>Id, in the alphabet of device ids.</summary>
    public required string Id { get; init; }

    /// <summary>Rises by one each change.</summary>
    public required long Version { get; init; }

    /// <summary>For one device: its hardware id. Null: for a group.</summary>
    public string? HardwareId { get; init; }

    /// <summary>How devices prove that they are meant.</summary>
    public required ProofKind Proof { get; init; }

    /// <summary>Whether it lets anyone in.</summary>
    public required bool IsEnabled { get; init; }

    /// <summary>Until when it lets devices in, Unix milliseconds UTC; null: no end.</summary>
    public long? ExpiresAt { get; init; }

    /// <summary>Hardware ids that alone come in, a <c>*</c> at the end standing for the rest; empty: all.</summary>
    public IReadOnlyList<string> Allow { get; init => field = value ?? []; } = [];

    /// <summary>Hardware ids that do not, in the same way; stronger than <see cref="Allow"/>.</summary>
    public IReadOnlyList<string> Deny { get; init => field = value ?? []; } = [];

    /// <summary>X.509: SHA-256 fingerprints of certificates, 64 hex digits in lower case.</summary>
    public IReadOnlyList<string> Fingerprints { get; init => field = value ?? []; } = [];

    /// <summary>What devices get.</summary>
    public Allocation Allocation { get; init => field = value ?? new(); } = new();

    /// <summary>A person has to approve each device.</summary>
    public required bool NeedsApproval { get; init; }

    /// <summary>Whether a device that is active may provision itself anew, when it lost its credential.</summary>
    public required bool MayReprovision { get; init; }

    /// <summary>How long a device may take to connect, milliseconds.</summary>
    public required long ConnectWithinMs { get; init; }

    /// <summary>Claim codes that were not redeemed and have not expired.</summary>
    public int OpenCodes { get; init; }

    /// <summary>Who changed it last.</summary>
    public required string By { get; init; }

    /// <summary>When, Unix milliseconds UTC.</summary>
    public required long At { get; init; }
}

/// <summary>Asks to make or change an enrolment. Everything is set as it stands here.</summary>
public sealed record EnrolmentWrite
{
    /// <summary>As it is to be; <c>version</c>, <c>openCodes</c>, <c>by</c> and <c>at</c> are ignored. Proof and hardware id cannot be changed later.</summary>
    public required Enrolment Enrolment { get; init; }

    /// <summary>Symmetric key: base64 of the key. Null: one is made for a new enrolment, and the old one stays for a known one.</summary>
    public string? Key { get; init; }

    /// <summary>The version that the change was made from; 0: there must be none yet; null: whatever it is.</summary>
    public long? IfVersion { get; init; }

    /// <summary>Who asks, at most 128 characters.</summary>
    public required string By { get; init; }

    /// <summary>When, Unix milliseconds UTC.</summary>
    public required long At { get; init; }
}

/// <summary>Answer to a write.</summary>
public sealed record EnrolmentWritten
{
    /// <summary>As it is now.</summary>
    public required Enrolment Enrolment { get; init; }

    /// <summary>Base64 of the key that was made just now, told this once; null: none was.</summary>
    public string? Key { get; init; }
}

/// <summary>Asks to delete an enrolment. Devices that it let in stay.</summary>
/// <param name="IfVersion">As in <see cref="EnrolmentWrite.IfVersion"/>.</param>
/// <param name="By">Who.</param>
/// <param name="At">Unix milliseconds UTC.</param>
public sealed record EnrolmentDelete(long? IfVersion, string By, long At);

/// <summary>Asks for claim codes.</summary>
public sealed record ClaimCodeOrder
{
    /// <summary>How many, 1 to <see cref="EnrolmentLimits.CodesAtOnceMax"/>.</summary>
    public required int Count { get; init; }

    /// <summary>When they end, Unix milliseconds UTC; null: with the enrolment.</summary>
    public long? ExpiresAt { get; init; }

    /// <summary>The group for devices that redeem them, in place of the enrolment's; null: the enrolment's.</summary>
    public GroupPath? Group { get; init; }

    /// <summary>Who asks.</summary>
    public required string By { get; init; }

    /// <summary>When, Unix milliseconds UTC.</summary>
    public required long At { get; init; }
}

/// <summary>Claim codes, told this once: <c>XXXX-XXXX-XXXX</c> of an alphabet without look-alikes. Only keyed hashes are kept.</summary>
/// <param name="Codes">The codes.</param>
public sealed record ClaimCodes(IReadOnlyList<string> Codes);

/// <summary>A claim that somebody has to decide on.</summary>
/// <param name="Claim">The claim.</param>
/// <param name="At">When it came, Unix milliseconds UTC.</param>
public sealed record ClaimCheck(ProvisionClaim Claim, long At);

/// <summary>What an enrolment says to a claim.</summary>
public sealed record ClaimVerdict
{
    /// <summary>Null: let in. Else one of <see cref="RejectionReasons"/>.</summary>
    public string? Reason { get; init; }

    /// <summary>Why not, for a person.</summary>
    public string? Detail { get; init; }

    /// <summary>The id that the device gets; null when refused.</summary>
    public DeviceId? DeviceId { get; init; }

    /// <summary>What it gets, the code's group already in it; null when refused.</summary>
    public Allocation? Allocation { get; init; }

    /// <summary>The id of the code that it redeems; the code is this hardware's from now on. Null: no code.</summary>
    public string? CodeId { get; init; }

    /// <summary>As the enrolment has it.</summary>
    public bool NeedsApproval { get; init; }

    /// <summary>As the enrolment has it.</summary>
    public bool MayReprovision { get; init; }

    /// <summary>As the enrolment has it, milliseconds.</summary>
    public long ConnectWithinMs { get; init; }
}

/// <summary>Gives a redeemed code back, because its saga was compensated.</summary>
/// <param name="CodeId">Which.</param>
/// <param name="HardwareId">Who redeemed it.</param>
public sealed record CodeRelease(string CodeId, string HardwareId);

/// <summary>Enrolments, by id.</summary>
/// <param name="Enrolments">In the order of ids.</param>
public sealed record EnrolmentList(IReadOnlyList<Enrolment> Enrolments);
