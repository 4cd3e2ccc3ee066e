using System.Text.Json.Serialization;
using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Contracts.Provisioning;

/// <summary>
/// Payload of <c>provision/{claimId}/request</c> and body of <c>POST /api/provisioning/claims</c>: a device asks to be let in, or asks again. Each time with a new nonce.
/// </summary>
public sealed record ProvisionClaim
{
    /// <summary>Shortest nonce, in characters of <c>A–Z a–z 0–9 _ -</c>.</summary>
    public const int NonceLengthMin = 16;

    /// <summary>Longest nonce.</summary>
    public const int NonceLengthMax = 64;

    /// <summary>Id of the enrolment.</summary>
    public required string Enrolment { get; init; }

    /// <summary>Who the hardware is.</summary>
    public required string HardwareId { get; init; }

    /// <summary>Never used before by this hardware.</summary>
    public required string Nonce { get; init; }

    /// <summary>Until when the claim counts, Unix milliseconds UTC; at most <see cref="EnrolmentLimits.ClaimLifeMax"/> ahead.</summary>
    public required long ExpiresAt { get; init; }

    /// <summary>See <see cref="ProofKind"/>.</summary>
    public string? Proof { get; init; }

    /// <summary>X.509: base64 of the certificate's DER.</summary>
    public string? Certificate { get; init; }

    /// <summary>Claim code; upper and lower case and dashes do not matter.</summary>
    public string? Code { get; init; }
}

/// <summary>The text that proofs are made of.</summary>
public static class ClaimText
{
    /// <summary>Five lines joined by line feeds, UTF-8: <c>devicefleet-claim-v1</c>, enrolment, hardware id, nonce, expiry in decimal.</summary>
    public static string Of(ProvisionClaim claim) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"devicefleet-claim-v1\n{claim.Enrolment}\n{claim.HardwareId}\n{claim.Nonce}\n{claim.ExpiresAt}");
}

/// <summary>What a claim came to.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ClaimStatus>))]
public enum ClaimStatus
{
    /// <summary>Under way: wait, or ask again after <see cref="ProvisionAnswer.RetryAfterMs"/>.</summary>
    [JsonStringEnumMemberName("pending")]
    Pending,

    /// <summary>Here is the identity; connect with it.</summary>
    [JsonStringEnumMemberName("issued")]
    Issued,

    /// <summary>The device has an identity that was used already, and may not provision itself anew.</summary>
    [JsonStringEnumMemberName("active")]
    Active,

    /// <summary>No, and why.</summary>
    [JsonStringEnumMemberName("refused")]
    Refused,
}

/// <summary>Payload of <c>provision/{claimId}/response</c>, and answer over REST.</summary>
public sealed record ProvisionAnswer
{
    /// <summary>The nonce of the claim that it answers.</summary>
    public required string Nonce { get; init; }

    /// <summary>What it came to.</summary>
    public required ClaimStatus Status { get; init; }

    /// <summary>The device id: user name and client id from now on.</summary>
    public DeviceId? DeviceId { get; init; }

    /// <summary>Issued: which credential.</summary>
    public string? CredentialId { get; init; }

    /// <summary>Issued: the password. Told until it is used the first time, never afterwards.</summary>
    public string? Secret { get; init; }

    /// <summary>Issued: public key that firmware is signed with, base64 of its SubjectPublicKeyInfo (ECDSA P-256).</summary>
    public string? FirmwareKey { get; init; }

    /// <summary>Pending: the saga's step.</summary>
    public string? Step { get; init; }

    /// <summary>Refused: one of <see cref="RejectionReasons"/>.</summary>
    public string? Reason { get; init; }

    /// <summary>Refused: for a person.</summary>
    public string? Detail { get; init; }

    /// <summary>Pending, or refused for a reason that passes: when to ask again, milliseconds.</summary>
    public long? RetryAfterMs { get; init; }
}

/// <summary>A proven claim, for the identity that it is about.</summary>
public sealed record ClaimTake
{
    /// <summary>The claim's nonce.</summary>
    public required string Nonce { get; init; }

    /// <summary>When the claim expires, Unix milliseconds UTC.</summary>
    public required long ExpiresAt { get; init; }

    /// <summary>Hardware.</summary>
    public required string HardwareId { get; init; }

    /// <summary>Enrolment.</summary>
    public required string EnrolmentId { get; init; }

    /// <summary>Over MQTT: the claim id; null: over REST.</summary>
    public string? ClaimId { get; init; }

    /// <summary>What the enrolment said.</summary>
    public required ClaimVerdict Verdict { get; init; }

    /// <summary>When, Unix milliseconds UTC.</summary>
    public required long At { get; init; }
}

/// <summary>
/// Payload of <c>fleet/{id}/credentials</c>, down: a new credential for a device that has one. It connects with it; then the old one ends.
/// </summary>
/// <param name="CredentialId">Which.</param>
/// <param name="Secret">The password.</param>
/// <param name="ConnectBefore">When the new one is taken back if it was not used, Unix milliseconds UTC.</param>
public sealed record CredentialMessage(string CredentialId, string Secret, long ConnectBefore);
