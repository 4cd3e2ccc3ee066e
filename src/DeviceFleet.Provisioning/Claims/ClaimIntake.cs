using System.Text.Json;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Provisioning.Sagas;
using DeviceFleet.ServiceDefaults.Bindings;

namespace DeviceFleet.Provisioning.Claims;

/// <summary>
/// Takes claims: 1. held to their bounds, and counted; 2. the enrolment decides whether the device is let in, and as whom; 3. the identity takes the claim, and answers. A refusal is told
/// before it is answered. Everything else that goes wrong is thrown: the binding delivers the message again. Then it has its nonce again, and is refused as replayed: the device asks anew.
/// </summary>
internal sealed partial class ClaimIntake(
    ClaimActors actors, ClaimLimiter limiter, ClaimRefusals refusals, ClaimMetrics metrics, ISagaWorld world, TimeProvider time, ILogger<ClaimIntake> logger)
{
    /// <summary>A claim over MQTT.</summary>
    public async Task TakeAsync(IncomingMessage message, CancellationToken cancellationToken)
    {
        if (!MqttTopics.TryParse(message.Topic, out var claimId, out var kind) || kind != DeviceTopicKind.ProvisionRequest)
        {
            await refusals.TellAsync(message.Refuse(ClaimRefusals.By, RejectionReasons.WrongTopic, "Not the topic of a claim.", device: null, view: null), null, cancellationToken);
            return;
        }

        var answer = await AnswerAsync(Read(message), new Claimant(claimId.Value, message), cancellationToken);
        try
        {
            await world.SendAsync(MqttTopics.ProvisionResponse(claimId), JsonSerializer.SerializeToUtf8Bytes(answer, ContractsJson.Default.ProvisionAnswer));
        }
        catch (Dapr.DaprException exception)
        {
            Log.NotAnswered(logger, exception, claimId.Value); // it asks again
        }
    }

    /// <summary>A claim over REST, within its bounds.</summary>
    public Task<ProvisionAnswer> TakeAsync(ProvisionClaim claim, CancellationToken cancellationToken) => AnswerAsync((claim, null, null), new Claimant(null, null), cancellationToken);

    private static (ProvisionClaim? Claim, string? Reason, string? Detail) Read(IncomingMessage message)
    {
        if (message.IsTooLarge)
        {
            return (null, RejectionReasons.TooLarge, $"{message.Bytes} bytes; at most {MqttTopics.PayloadBytesMax} are taken.");
        }

        return JsonPayload.TryRead(message, ContractsJson.Default.ProvisionClaim) is not { } claim ? (null, RejectionReasons.Malformed, "Not {enrolment, hardwareId, nonce, expiresAt, …}.")
            : ClaimReader.FaultsOf(claim) is { } faults ? (null, RejectionReasons.Malformed, faults)
            : (claim, null, null);
    }

    private async Task<ProvisionAnswer> AnswerAsync((ProvisionClaim? Claim, string? Reason, string? Detail) read, Claimant claimant, CancellationToken cancellationToken)
    {
        if (read.Claim is not { } claim)
        {
            return await RefuseAsync(claimant, null, No("", read.Reason!, read.Detail!), device: null, cancellationToken);
        }

        var at = time.GetUtcNow().ToUnixTimeMilliseconds();
        if (limiter.Take(claimant.ClaimId ?? claim.HardwareId, claim.Enrolment) is { RetryAfterMs: { } wait } permit)
        {
            var tooMany = No(claim.Nonce, RejectionReasons.TooManyClaims, "Too many claims in a minute.") with { RetryAfterMs = wait };
            if (!permit.IsFirst)
            {
                metrics.CountRefused(RejectionReasons.TooManyClaims);
                return tooMany;
            }

            return await RefuseAsync(claimant, claim, tooMany, device: null, cancellationToken);
        }

        var verdict = await actors.VerifyAsync(claim.Enrolment, new ClaimCheck(claim, at), cancellationToken);
        if (verdict is not { Reason: null, DeviceId: { } device })
        {
            var answer = No(claim.Nonce, verdict.Reason ?? RejectionReasons.UnknownEnrolment, verdict.Detail ?? "The enrolment does not let it in.");
            return await RefuseAsync(claimant, claim, answer, verdict.DeviceId, cancellationToken);
        }

        var take = new ClaimTake
        {
            Nonce = claim.Nonce,
            ExpiresAt = claim.ExpiresAt,
            HardwareId = claim.HardwareId,
            EnrolmentId = claim.Enrolment,
            ClaimId = claimant.ClaimId,
            Verdict = verdict,
            At = at,
        };
        var taken = await actors.TakeClaimAsync(device, take, cancellationToken);
        if (taken.Status == ClaimStatus.Refused)
        {
            return await RefuseAsync(claimant, claim, taken, device, cancellationToken);
        }

        metrics.CountTaken(taken.Status);
        return taken.Status == ClaimStatus.Issued ? taken with { FirmwareKey = await world.FirmwareKeyAsync() } : taken;
    }

    private async Task<ProvisionAnswer> RefuseAsync(Claimant claimant, ProvisionClaim? claim, ProvisionAnswer answer, DeviceId? device, CancellationToken cancellationToken)
    {
        var (reason, detail) = (answer.Reason ?? RejectionReasons.Denied, answer.Detail ?? "Refused.");
        var rejected = claimant.Message is { } message
            ? message.Refuse(ClaimRefusals.By, reason, detail, device, view: null)
            : new RejectedEvent { Reason = reason, Detail = detail, DeviceId = device, At = time.GetUtcNow().ToUnixTimeMilliseconds(), By = ClaimRefusals.By };

        // The payload of a claim holds its proof and its code: of these not even the beginning is told.
        await refusals.TellAsync(rejected with { PayloadHead = null }, claim, cancellationToken);
        return answer;
    }

    private static ProvisionAnswer No(string nonce, string reason, string detail) => new() { Nonce = nonce, Status = ClaimStatus.Refused, Reason = reason, Detail = detail };

    /// <summary>Who asks.</summary>
    /// <param name="ClaimId">Over MQTT: the claim id; null: over REST.</param>
    /// <param name="Message">Over MQTT: the message.</param>
    private readonly record struct Claimant(string? ClaimId, IncomingMessage? Message);

    private static partial class Log
    {
        [LoggerMessage(2300, LogLevel.Information, "The answer to claim {ClaimId} was not sent; the device asks again.")]
        public static partial void NotAnswered(ILogger logger, Exception exception, string claimId);
    }
}
