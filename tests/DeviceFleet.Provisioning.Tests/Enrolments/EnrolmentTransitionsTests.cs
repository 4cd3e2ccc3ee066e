using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Provisioning.Enrolments;

namespace DeviceFleet.Provisioning.Tests.Enrolments;

public sealed class EnrolmentTransitionsTests
{
    private const string Hardware = "A4:CF:12:0B";
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch.AddYears(56);
    private readonly EnrolmentKeys _keys = new(new byte[32], "oslo");
    private readonly long _now = Start.ToUnixTimeMilliseconds();
    private EnrolmentState _state = new();
    private EnrolmentUses _uses = EnrolmentUses.None;

    [Fact]
    public void A_proof_under_the_group_key_lets_in_the_hardware_that_it_was_made_for()
    {
        var key = Convert.FromBase64String(Write(Enrolment()).Value!.Key!);

        var verdict = Verify(Proven(Claim(), DeviceKey(key, Hardware)));

        Assert.Equal((null, "A4-CF-12-0B"), (verdict.Reason, verdict.DeviceId?.Value));
        Assert.Equal("oslo/line-2", verdict.Allocation!.Group?.Value);
        Assert.Equal(RejectionReasons.BadProof, Verify(Proven(Claim(), key)).Reason);
        Assert.Equal(RejectionReasons.BadProof, Verify(Proven(Claim() with { HardwareId = "B0" }, DeviceKey(key, Hardware))).Reason);
        Assert.Equal(RejectionReasons.BadProof, Verify(Claim()).Reason);
        Assert.Equal(RejectionReasons.BadProof, Verify(Claim() with { Proof = "no base64!" }).Reason);
        Assert.Equal(RejectionReasons.BadProof, Verify(Proven(Claim(), DeviceKey(key, Hardware)) with { Nonce = "another-nonce-0001" }).Reason);
    }

    [Fact]
    public void A_key_is_told_once_and_kept_encrypted()
    {
        var key = Write(Enrolment()).Value!.Key!;
        Assert.DoesNotContain(key, _state.SealedKey!);
        Assert.Equal(key, Convert.ToBase64String(_keys.Open(_state.SealedKey!)));
        Assert.ThrowsAny<CryptographicException>(() => new EnrolmentKeys(new byte[32], "lima").Open(_state.SealedKey!));

        var changed = Write(Enrolment() with { NeedsApproval = true });
        Assert.Equal((ChangeOutcome.Applied, (string?)null, 2L), (changed.Outcome, changed.Value!.Key, changed.Value.Enrolment.Version));
        Assert.Equal(ChangeOutcome.Unchanged, Write(Enrolment() with { NeedsApproval = true }).Outcome);
        Assert.Null(Verify(Proven(Claim(), DeviceKey(Convert.FromBase64String(key), Hardware))).Reason);
    }

    [Fact]
    public void A_claim_counts_for_a_while_and_not_from_too_far_ahead()
    {
        var key = DeviceKey(Convert.FromBase64String(Write(Enrolment()).Value!.Key!), Hardware);
        Assert.Equal(RejectionReasons.ClaimExpired, Verify(Proven(Claim() with { ExpiresAt = _now }, key)).Reason);
        Assert.Equal(RejectionReasons.ClaimExpired, Verify(Proven(Claim() with { ExpiresAt = _now + 3_600_001 }, key)).Reason);
        Assert.Null(Verify(Proven(Claim() with { ExpiresAt = _now + 3_600_000 }, key)).Reason);
    }

    [Fact]
    public void An_enrolment_that_is_none_or_closed_lets_nobody_in()
    {
        Assert.Equal(RejectionReasons.UnknownEnrolment, Verify(Claim()).Reason);
        Write(Enrolment() with { IsEnabled = false });
        Assert.Equal(RejectionReasons.UnknownEnrolment, Verify(Claim()).Reason);
        Write(Enrolment() with { ExpiresAt = _now });
        Assert.Equal(RejectionReasons.UnknownEnrolment, _state.Recheck(new RecheckQuery(Hardware, _now)).Reason);
    }

    [Theory]
    [InlineData(new[] { "A4:*" }, new string[0], true)]
    [InlineData(new[] { "B0:*" }, new string[0], false)]
    [InlineData(new[] { "A4:*" }, new[] { "A4:CF:12:0B" }, false)]
    [InlineData(new string[0], new[] { "A4:CF*" }, false)]
    [InlineData(new string[0], new[] { "*" }, false)]
    [InlineData(new[] { "A4:CF:12:0B" }, new[] { "B*" }, true)]
    public void Lists_say_who_comes_in_and_deny_is_stronger(string[] allow, string[] deny, bool isLetIn)
    {
        var key = DeviceKey(Convert.FromBase64String(Write(Enrolment() with { Allow = allow, Deny = deny }).Value!.Key!), Hardware);
        Assert.Equal(isLetIn ? null : RejectionReasons.Denied, Verify(Proven(Claim(), key)).Reason);
    }

    [Fact]
    public void A_single_device_proves_itself_with_the_enrolments_own_key()
    {
        var key = RandomNumberGenerator.GetBytes(32);
        Write(Enrolment() with { HardwareId = Hardware, Allocation = new Allocation { DeviceId = "pump-7" } }, Convert.ToBase64String(key));
        Assert.Equal("pump-7", Verify(Proven(Claim(), key)).DeviceId?.Value);
        Assert.Equal(RejectionReasons.Denied, Verify(Proven(Claim() with { HardwareId = "B0" }, key)).Reason);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_certificate_that_is_enrolled_lets_in_one_hardware(bool isRsa)
    {
        using var rsa = RSA.Create(2048);
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = isRsa
            ? new CertificateRequest("CN=pump", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest("CN=pump", ecdsa, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(Start.AddDays(-1), Start.AddDays(1));
        var print = certificate.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant();
        Write(Enrolment() with { Proof = ProofKind.X509, Fingerprints = [print] });
        var claim = Claim() with { Certificate = Convert.ToBase64String(certificate.RawData) };
        byte[] Sign(ProvisionClaim what, DSASignatureFormat format) => isRsa
            ? rsa.SignData(Encoding.UTF8.GetBytes(ClaimText.Of(what)), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : ecdsa.SignData(Encoding.UTF8.GetBytes(ClaimText.Of(what)), HashAlgorithmName.SHA256, format);
        ProvisionClaim Signed(ProvisionClaim what, DSASignatureFormat format = DSASignatureFormat.IeeeP1363FixedFieldConcatenation) => what with { Proof = Convert.ToBase64String(Sign(what, format)) };

        Assert.Null(Verify(Signed(claim)).Reason);
        Assert.Null(Verify(Signed(claim, DSASignatureFormat.Rfc3279DerSequence)).Reason);
        Assert.Equal(RejectionReasons.BadProof, Verify(Signed(claim) with { Nonce = "another-nonce-0001" }).Reason);
        Assert.Equal(RejectionReasons.BadProof, Verify(Signed(claim) with { Certificate = Convert.ToBase64String([1, 2, 3]) }).Reason);
        Assert.Equal(RejectionReasons.BadProof, Verify(claim).Reason);
        Assert.Equal(RejectionReasons.Denied, Verify(Signed(claim with { HardwareId = "B0:00" })).Reason); // the certificate is the other's
        var later = claim with { ExpiresAt = Start.AddDays(2).ToUnixTimeMilliseconds() + 1 };
        Assert.Equal(RejectionReasons.BadProof, Verify(Signed(later), Start.AddDays(2).ToUnixTimeMilliseconds()).Reason);
    }

    [Fact]
    public void A_code_is_one_hardwares_however_it_is_written()
    {
        Write(Enrolment() with { Proof = ProofKind.ClaimCode });
        var code = MakeCodes(2)[0];
        Assert.Matches("^[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}$", code);
        Assert.DoesNotContain(_uses.Codes, stored => stored.Mac.Contains(code.Replace("-", "", StringComparison.Ordinal), StringComparison.Ordinal));

        var first = Verify(Claim() with { Code = code.ToLowerInvariant().Replace("-", "", StringComparison.Ordinal) });
        Assert.Equal((null, "k1", "lima"), (first.Reason, first.CodeId, first.Allocation!.Group?.Value));
        Assert.Equal(1, _uses.OpenCodes(_now));
        Assert.Null(Verify(Claim() with { Code = code }).Reason); // it asks again
        Assert.Equal(RejectionReasons.ClaimReplayed, Verify(Claim() with { HardwareId = "B0", Code = code }).Reason);
        Assert.Equal(RejectionReasons.BadProof, Verify(Claim() with { Code = "2222-2222-2222" }).Reason);
        Assert.Equal(RejectionReasons.BadProof, Verify(Claim() with { Code = "nonsense" }).Reason);

        Assert.Same(_uses, _uses.Release(new CodeRelease("k1", "B0")));
        _uses = _uses.Release(new CodeRelease("k1", Hardware));
        Assert.Null(Verify(Claim() with { HardwareId = "B0", Code = code }).Reason);
    }

    [Fact]
    public void Codes_end_and_are_not_without_number()
    {
        Write(Enrolment() with { Proof = ProofKind.ClaimCode });
        var code = MakeCodes(1)[0];
        Assert.Equal(RejectionReasons.BadProof, Verify(Claim() with { Code = code, ExpiresAt = _now + 1_000_001 }, _now + 1_000_000).Reason);
        for (var order = 0; order < 9; order++)
        {
            MakeCodes(1_000);
        }

        var (_, full) = _uses.MakeCodes(_state, Order(1_000), _keys);
        Assert.Equal(ChangeOutcome.Full, full.Outcome);
        Assert.Equal(ChangeOutcome.Invalid, _uses.MakeCodes(_state, Order(1_001), _keys).Reply.Outcome);
    }

    [Fact]
    public void What_cannot_be_an_enrolment_is_refused_with_all_that_is_wrong()
    {
        Assert.Equal(ChangeOutcome.Invalid, Write(Enrolment() with { Id = "lima" }).Outcome);
        Assert.Equal(ChangeOutcome.Invalid, Write(Enrolment() with { Allocation = new Allocation { DeviceId = "pump" } }).Outcome); // all would be one
        Assert.Equal(ChangeOutcome.Invalid, Write(Enrolment() with { HardwareId = "h", Allocation = new Allocation { DeviceId = "provision" } }).Outcome);
        Assert.Equal(ChangeOutcome.Invalid, Write(Enrolment() with { ConnectWithinMs = 0 }).Outcome);
        Assert.Equal(ChangeOutcome.Invalid, Write(Enrolment() with { Deny = ["a*b"] }).Outcome);
        Assert.Equal(ChangeOutcome.Invalid, Write(Enrolment() with { Fingerprints = ["AB"] }).Outcome);
        Assert.Equal(ChangeOutcome.Invalid, Write(Enrolment(), "c2hvcnQ=").Outcome);
        Assert.Null(_state.Enrolment);

        Write(Enrolment());
        Assert.Equal(ChangeOutcome.Invalid, Write(Enrolment() with { Proof = ProofKind.ClaimCode }).Outcome);
        Assert.Equal(ChangeOutcome.Conflict, Write(Enrolment() with { NeedsApproval = true }, ifVersion: 0).Outcome);
        Assert.Equal(ChangeOutcome.Conflict, Write(Enrolment() with { NeedsApproval = true }, ifVersion: 7).Outcome);
        Assert.Equal(ChangeOutcome.Applied, Write(Enrolment() with { NeedsApproval = true }, ifVersion: 1).Outcome);
    }

    private static byte[] DeviceKey(byte[] groupKey, string hardware) => HMACSHA256.HashData(groupKey, Encoding.UTF8.GetBytes(hardware));

    private static ProvisionClaim Proven(ProvisionClaim claim, byte[] deviceKey) =>
        claim with { Proof = Convert.ToBase64String(HMACSHA256.HashData(deviceKey, Encoding.UTF8.GetBytes(ClaimText.Of(claim)))) };

    private static Enrolment Enrolment() => new()
    {
        Id = "oslo",
        Version = 0,
        Proof = ProofKind.SymmetricKey,
        IsEnabled = true,
        NeedsApproval = false,
        MayReprovision = false,
        ConnectWithinMs = 60_000,
        Allocation = new Allocation { Group = GroupPath.Parse("oslo/line-2") },
        By = "",
        At = 0,
    };

    private ProvisionClaim Claim() => new() { Enrolment = "oslo", HardwareId = Hardware, Nonce = "nonce-0123456789", ExpiresAt = _now + 60_000 };

    private ClaimCodeOrder Order(int count) => new() { Count = count, ExpiresAt = _now + 1_000_000, Group = GroupPath.Parse("lima"), By = "ada", At = _now };

    private ChangeReply<EnrolmentWritten> Write(Enrolment enrolment, string? key = null, long? ifVersion = null)
    {
        var (next, reply) = _state.Write("oslo", new EnrolmentWrite { Enrolment = enrolment, Key = key, IfVersion = ifVersion, By = "ada", At = _now }, _keys, 0);
        _state = next;
        return reply;
    }

    private ClaimVerdict Verify(ProvisionClaim claim, long? at = null)
    {
        var before = _uses;
        var (uses, verdict) = _state.Verify(_uses, new ClaimCheck(claim, at ?? _now), _keys);
        if (verdict.Reason is not null)
        {
            Assert.Same(before, uses); // a refusal writes nothing
        }

        _uses = uses;
        return verdict;
    }

    private IReadOnlyList<string> MakeCodes(int count)
    {
        var (next, reply) = _uses.MakeCodes(_state, Order(count), _keys);
        _uses = next;
        return reply.Value!.Codes;
    }
}
