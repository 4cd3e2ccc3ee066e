using System.Security.Cryptography;
using System.Text.Json;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;

namespace DeviceFleet.Provisioning.Enrolments;

/// <summary>What becomes of an enrolment, and what it says to claims. Reads no clock and does no I/O.</summary>
internal static class EnrolmentTransitions
{
    private const string NoSuch = "There is no such enrolment.";

    /// <summary>Makes or changes it.</summary>
    public static (EnrolmentState Next, ChangeReply<EnrolmentWritten> Reply) Write(this EnrolmentState state, string id, EnrolmentWrite write, EnrolmentKeys keys, int openCodes)
    {
        if (EnrolmentFaults.Of(id, write, state.Enrolment).ToArray() is { Length: > 0 } faults)
        {
            return (state, No<EnrolmentWritten>(ChangeOutcome.Invalid, string.Join(' ', faults)));
        }

        if (VersionConflict(state, write.IfVersion) is { } conflict)
        {
            return (state, No<EnrolmentWritten>(ChangeOutcome.Conflict, conflict) with { Value = state.Enrolment is { } current ? new EnrolmentWritten { Enrolment = current } : null });
        }

        if (state.Enrolment is { } known && write.Key is null && IsSame(known, write.Enrolment))
        {
            return (state, new ChangeReply<EnrolmentWritten> { Outcome = ChangeOutcome.Unchanged, Value = new EnrolmentWritten { Enrolment = known with { OpenCodes = openCodes } } });
        }

        var made = write.Key is null && state.SealedKey is null && write.Enrolment.Proof == ProofKind.SymmetricKey ? RandomNumberGenerator.GetBytes(EnrolmentLimits.KeyBytes) : null;
        var key = write.Key is { } given ? Convert.FromBase64String(given) : made;
        var enrolment = write.Enrolment with { Version = state.Version + 1, By = write.By, At = write.At, OpenCodes = 0 };
        var next = state with { Enrolment = enrolment, Version = enrolment.Version, SealedKey = key is null ? state.SealedKey : keys.Seal(key) };
        var written = new EnrolmentWritten { Enrolment = enrolment with { OpenCodes = openCodes }, Key = made is null ? null : Convert.ToBase64String(made) };
        return (next.Changed(), new ChangeReply<EnrolmentWritten> { Outcome = ChangeOutcome.Applied, Value = written });
    }

    /// <summary>Deletes it.</summary>
    public static (EnrolmentState Next, ChangeReply<Enrolment> Reply) Delete(this EnrolmentState state, EnrolmentDelete delete)
    {
        if (state.Enrolment is not { } enrolment)
        {
            return (state, No<Enrolment>(ChangeOutcome.NotFound, NoSuch));
        }

        return VersionConflict(state, delete.IfVersion) is { } conflict
            ? (state, No<Enrolment>(ChangeOutcome.Conflict, conflict) with { Value = enrolment })
            : ((state with { Enrolment = null, SealedKey = null, Version = state.Version + 1 }).Changed(), new ChangeReply<Enrolment> { Outcome = ChangeOutcome.Applied, Value = enrolment });
    }

    /// <summary>Makes claim codes.</summary>
    public static (EnrolmentUses Next, ChangeReply<ClaimCodes> Reply) MakeCodes(this EnrolmentUses uses, EnrolmentState state, ClaimCodeOrder order, EnrolmentKeys keys)
    {
        if (state.Enrolment is not { } enrolment)
        {
            return (uses, No<ClaimCodes>(ChangeOutcome.NotFound, NoSuch));
        }

        if (enrolment.Proof != ProofKind.ClaimCode || order.Count is < 1 or > EnrolmentLimits.CodesAtOnceMax || order.ExpiresAt <= order.At)
        {
            return (uses, No<ClaimCodes>(ChangeOutcome.Invalid, $"1 to {EnrolmentLimits.CodesAtOnceMax} codes that have not expired yet, of an enrolment by claim codes."));
        }

        if (uses.OpenCodes(order.At) + order.Count > EnrolmentLimits.CodesMax)
        {
            return (uses, No<ClaimCodes>(ChangeOutcome.Full, $"At most {EnrolmentLimits.CodesMax} codes wait to be redeemed."));
        }

        var codes = Enumerable.Range(0, order.Count).Select(_ => ClaimCodeText.Make()).ToArray();
        var stored = codes.Select((code, index) => new StoredCode($"k{uses.CodeCount + index + 1}", keys.MacOf(code), order.ExpiresAt, order.Group, HardwareId: null));

        // Codes that expired in vain tell nobody anything; of those redeemed the newest are kept, to say of a second use what it is.
        var redeemed = uses.Codes.Where(code => code.HardwareId is not null).TakeLast(EnrolmentLimits.CodesMax);
        var kept = uses.Codes.Where(code => code.IsOpen(order.At)).Concat(redeemed);
        var next = uses with { Codes = [.. kept, .. stored], CodeCount = uses.CodeCount + order.Count };
        return (next, new ChangeReply<ClaimCodes> { Outcome = ChangeOutcome.Applied, Value = new ClaimCodes(codes) });
    }

    /// <summary>Gives a code back.</summary>
    public static EnrolmentUses Release(this EnrolmentUses uses, CodeRelease release) =>
        uses.Codes.Any(code => code.Id == release.CodeId && code.HardwareId == release.HardwareId)
            ? uses with { Codes = [.. uses.Codes.Select(code => code.Id == release.CodeId ? code with { HardwareId = null } : code)] }
            : uses;

    public static int OpenCodes(this EnrolmentUses uses, long now) => uses.Codes.Count(code => code.IsOpen(now));

    /// <summary>
    /// Decides on a claim: 1. Is there such an enrolment? 2. Is the claim fresh? 3. Is it proven? Only who proved something hears 4. whether the lists let it in. 5. Is what it proved with
    /// its own? Only an answer of yes may change the uses.
    /// </summary>
    public static (EnrolmentUses Uses, ClaimVerdict Verdict) Verify(this EnrolmentState state, EnrolmentUses uses, ClaimCheck check, EnrolmentKeys keys)
    {
        var claim = check.Claim;
        if (Closed(state, check.At) is { } closed)
        {
            return (uses, closed);
        }

        if (claim.ExpiresAt <= check.At || claim.ExpiresAt > check.At + (long)EnrolmentLimits.ClaimLifeMax.TotalMilliseconds)
        {
            return (uses, No(RejectionReasons.ClaimExpired, "The claim has expired, or says that it does so too far ahead."));
        }

        return state.Enrolment!.Proof switch
        {
            ProofKind.SymmetricKey => (uses, Symmetric(state, check, keys)),
            ProofKind.X509 => Certificate(state, uses, check),
            ProofKind.ClaimCode => Code(state, uses, check, keys),
        };
    }

    /// <summary>Decides again, without a proof.</summary>
    public static ClaimVerdict Recheck(this EnrolmentState state, RecheckQuery query) => Closed(state, query.At) ?? Listed(state.Enrolment!, query.HardwareId);

    private static EnrolmentState Changed(this EnrolmentState state) => state with { Revision = state.Revision + 1, IsUntold = true };

    private static ClaimVerdict Symmetric(EnrolmentState state, ClaimCheck check, EnrolmentKeys keys)
    {
        var enrolment = state.Enrolment!;
        var isProven = state.SealedKey is { } key && ProofChecks.IsSymmetricProof(check.Claim, keys.Open(key), enrolment.HardwareId is null);
        return isProven ? Listed(enrolment, check.Claim.HardwareId) : No(RejectionReasons.BadProof, "The proof is wrong.");
    }

    private static (EnrolmentUses Uses, ClaimVerdict Verdict) Certificate(EnrolmentState state, EnrolmentUses uses, ClaimCheck check)
    {
        var hardware = check.Claim.HardwareId;
        var (fingerprint, detail) = ProofChecks.CheckCertificate(check.Claim, state.Enrolment!.Fingerprints, DateTimeOffset.FromUnixTimeMilliseconds(check.At));
        if (fingerprint is null)
        {
            return (uses, No(RejectionReasons.BadProof, detail!));
        }

        if (Listed(state.Enrolment, hardware) is { Reason: not null } refused)
        {
            return (uses, refused);
        }

        // A certificate names no hardware: the first that it is used for is its own.
        if (uses.Certificates.TryGetValue(fingerprint, out var owner))
        {
            return (uses, owner == hardware ? Listed(state.Enrolment, hardware) : No(RejectionReasons.Denied, "The certificate is another hardware's."));
        }

        var next = uses with { Certificates = new Dictionary<string, string>(uses.Certificates) { [fingerprint] = hardware } };
        return (next, Listed(state.Enrolment, hardware));
    }

    private static (EnrolmentUses Uses, ClaimVerdict Verdict) Code(EnrolmentState state, EnrolmentUses uses, ClaimCheck check, EnrolmentKeys keys)
    {
        var hardware = check.Claim.HardwareId;
        var mac = check.Claim.Code is { } text && ClaimCodeText.IsCode(text) ? keys.MacOf(text) : null;
        if (mac is null || uses.Codes.FirstOrDefault(code => code.Mac == mac) is not { } found || (found.HardwareId is null && !found.IsOpen(check.At)))
        {
            return (uses, No(RejectionReasons.BadProof, "The code is unknown or has expired."));
        }

        if (found.HardwareId is { } owner && owner != hardware)
        {
            return (uses, No(RejectionReasons.ClaimReplayed, "The code was redeemed by other hardware."));
        }

        var verdict = Listed(state.Enrolment!, hardware);
        if (verdict.Reason is not null)
        {
            return (uses, verdict);
        }

        verdict = verdict with { CodeId = found.Id, Allocation = found.Group is { } group ? verdict.Allocation! with { Group = group } : verdict.Allocation };
        var next = found.HardwareId is null ? uses with { Codes = [.. uses.Codes.Select(code => code == found ? code with { HardwareId = hardware } : code)] } : uses;
        return (next, verdict);
    }

    private static ClaimVerdict? Closed(EnrolmentState state, long now) => state.Enrolment switch
    {
        null => No(RejectionReasons.UnknownEnrolment, NoSuch),
        { IsEnabled: false } => No(RejectionReasons.UnknownEnrolment, "The enrolment is disabled."),
        { ExpiresAt: { } end } when end <= now => No(RejectionReasons.UnknownEnrolment, "The enrolment has ended."),
        _ => null,
    };

    private static ClaimVerdict Listed(Enrolment enrolment, string hardware)
    {
        if ((enrolment.HardwareId is { } only && only != hardware) || enrolment.Deny.Match(hardware) || (enrolment.Allow.Count > 0 && !enrolment.Allow.Match(hardware)))
        {
            return No(RejectionReasons.Denied, $"The enrolment does not let {hardware} in.");
        }

        return HardwareIds.DeviceIdOf(enrolment.Allocation, hardware) is { } id
            ? new ClaimVerdict
            {
                DeviceId = id,
                Allocation = enrolment.Allocation with { DeviceId = id.Value },
                NeedsApproval = enrolment.NeedsApproval,
                MayReprovision = enrolment.MayReprovision,
                ConnectWithinMs = enrolment.ConnectWithinMs,
            }
            : No(RejectionReasons.Denied, $"Of {hardware} no device id can be made.");
    }

    private static string? VersionConflict(EnrolmentState state, long? expected) => expected switch
    {
        null => null,
        0 => state.Enrolment is null ? null : "There is one already.",
        var version => state.Enrolment?.Version == version ? null : $"Made from version {version}; the current one is {state.Enrolment?.Version ?? 0}.",
    };

    private static bool IsSame(Enrolment known, Enrolment written)
    {
        var aligned = written with { Version = known.Version, By = known.By, At = known.At, OpenCodes = known.OpenCodes };
        return JsonSerializer.Serialize(known, ContractsJson.Default.Enrolment) == JsonSerializer.Serialize(aligned, ContractsJson.Default.Enrolment);
    }

    private static ClaimVerdict No(string reason, string detail) => new() { Reason = reason, Detail = detail };

    private static ChangeReply<T> No<T>(ChangeOutcome outcome, string detail)
        where T : class => new() { Outcome = outcome, Detail = detail };
}
