using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;

namespace DeviceFleet.Simulator.Provisioning;

/// <summary>What an answer to a claim means to the device.</summary>
internal abstract record ClaimOutcome
{
    private ClaimOutcome()
    {
    }

    /// <summary>Here is the identity.</summary>
    internal sealed record Issued(SimulatorIdentity Identity) : ClaimOutcome;

    /// <summary>Under way: wait for another answer, or ask again after a while (null: as one sees fit).</summary>
    internal sealed record Pending(TimeSpan? AskAfter) : ClaimOutcome;

    /// <summary>Not now; asking again after a while may help.</summary>
    internal sealed record Later(string Reason, TimeSpan? AskAfter) : ClaimOutcome;

    /// <summary>No, and asking again cannot help.</summary>
    internal sealed record Final(string Reason) : ClaimOutcome;

    /// <summary>The connection ended before there was an answer.</summary>
    internal sealed record Lost : ClaimOutcome;

    /// <summary>Reads an answer.</summary>
    public static ClaimOutcome Of(ProvisionAnswer answer, string hardwareId)
    {
        TimeSpan? askAfter = answer.RetryAfterMs is { } ms and >= 0 ? TimeSpan.FromMilliseconds(Math.Min(ms, TimeSpan.FromHours(1).TotalMilliseconds)) : null;
        return answer.Status switch
        {
            ClaimStatus.Pending => new Pending(askAfter),
            ClaimStatus.Issued => answer is { DeviceId: { } id, Secret: { Length: > 0 } secret }
                ? new Issued(new SimulatorIdentity
                {
                    HardwareId = hardwareId, DeviceId = id, CredentialId = answer.CredentialId, Secret = secret, FirmwareKey = answer.FirmwareKey,
                })
                : new Later("an answer without the identity that it speaks of", askAfter),
            ClaimStatus.Active => new Final("has an identity that was used, and may not provision itself anew"),
            ClaimStatus.Refused when askAfter is not null || MayPass(answer.Reason) => new Later(Text(answer), askAfter),
            ClaimStatus.Refused => new Final(Text(answer)),
        };
    }

    /// <summary>Reasons that a claim of its own, or time, or an operator can cure without anybody touching the device.</summary>
    private static bool MayPass(string? reason) => reason is RejectionReasons.ClaimReplayed or RejectionReasons.ClaimExpired or RejectionReasons.TooManyClaims
        or RejectionReasons.NotActive or RejectionReasons.ClaimInUse;

    private static string Text(ProvisionAnswer answer) => $"{answer.Reason ?? "refused"}: {answer.Detail ?? "no detail"}";
}
