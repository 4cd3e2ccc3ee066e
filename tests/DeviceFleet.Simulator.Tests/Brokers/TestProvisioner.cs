using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;

namespace DeviceFleet.Simulator.Tests.Brokers;

/// <summary>
/// The service's part in provisioning as a device sees it: one group enrolment; a proven claim is answered with an identity, the same one each time until it was used, and never
/// the same nonce twice. What a test wants otherwise it does in <see cref="OnClaim"/>.
/// </summary>
public sealed class TestProvisioner(TestBroker broker)
{
    /// <summary>Id of the enrolment.</summary>
    public const string EnrolmentId = "group-1";

    /// <summary>Its key.</summary>
    public static readonly byte[] Key = [.. Enumerable.Range(1, EnrolmentLimits.KeyBytes).Select(i => (byte)i)];

    private readonly ConcurrentDictionary<string, ProvisionAnswer> _issued = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _nonces = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<ProvisionClaim> _claims = new();
    private int _credentials;

    /// <summary>All claims that came, in order.</summary>
    public IReadOnlyCollection<ProvisionClaim> Claims => _claims;

    /// <summary>What to answer to a claim, given how many came from its hardware before; null: as the service would. No answer at all: an empty list.</summary>
    public Func<ProvisionClaim, int, IReadOnlyList<ProvisionAnswer>?> OnClaim { get; set; } = (_, _) => null;

    /// <summary>Firmware key that goes with identities.</summary>
    public string? FirmwareKey { get; set; }

    /// <summary>Takes a claim; the answers to send.</summary>
    public IReadOnlyList<ProvisionAnswer> Take(ProvisionClaim claim)
    {
        var before = _claims.Count(known => known.HardwareId == claim.HardwareId);
        _claims.Enqueue(claim);
        return OnClaim(claim, before) ?? [Answer(claim)];
    }

    /// <summary>What the service would answer.</summary>
    public ProvisionAnswer Answer(ProvisionClaim claim)
    {
        if (claim.Enrolment != EnrolmentId)
        {
            return Refuse(claim, RejectionReasons.UnknownEnrolment);
        }

        var deviceKey = HMACSHA256.HashData(Key, Encoding.UTF8.GetBytes(claim.HardwareId));
        if (claim.Proof != Convert.ToBase64String(HMACSHA256.HashData(deviceKey, Encoding.UTF8.GetBytes(ClaimText.Of(claim)))))
        {
            return Refuse(claim, RejectionReasons.BadProof);
        }

        return _nonces.TryAdd(claim.Nonce, true)
            ? _issued.GetOrAdd(claim.HardwareId, Issue) with { Nonce = claim.Nonce }
            : Refuse(claim, RejectionReasons.ClaimReplayed);
    }

    /// <summary>Pending, to be asked after again.</summary>
    public static ProvisionAnswer Pending(ProvisionClaim claim, long? retryAfterMs = null) =>
        new() { Nonce = claim.Nonce, Status = ClaimStatus.Pending, Step = "wait-approval", RetryAfterMs = retryAfterMs };

    /// <summary>A refusal.</summary>
    public static ProvisionAnswer Refuse(ProvisionClaim claim, string reason, long? retryAfterMs = null) =>
        new() { Nonce = claim.Nonce, Status = ClaimStatus.Refused, Reason = reason, Detail = "as the test says", RetryAfterMs = retryAfterMs };

    /// <summary>The next claim of this hardware gets another secret; the one before counts no more.</summary>
    public void Revoke(string hardwareId)
    {
        if (_issued.TryRemove(hardwareId, out var answer) && answer.DeviceId is { } id)
        {
            broker.Expel(id);
        }
    }

    private ProvisionAnswer Issue(string hardwareId)
    {
        var number = Interlocked.Increment(ref _credentials);
        var (id, secret) = (DeviceId.Parse("dev-" + hardwareId), $"secret-{number}");
        broker.Admit(id, secret);
        return new ProvisionAnswer
        {
            Nonce = "", Status = ClaimStatus.Issued, DeviceId = id, CredentialId = $"cr-{number}", Secret = secret, FirmwareKey = FirmwareKey,
        };
    }
}
