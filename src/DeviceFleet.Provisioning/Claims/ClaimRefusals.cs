using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.ServiceDefaults.Publishing;

namespace DeviceFleet.Provisioning.Claims;

/// <summary>Tells of a refused claim: counted, and durable in topics <c>rejected</c> and <c>provisioning</c>, when it returns.</summary>
internal sealed class ClaimRefusals(EventPublisher<RejectedEvent> rejected, EventPublisher<RefusalEvent> audited, ClaimMetrics metrics)
{
    public const string By = DaprNames.ProvisioningApp;

    private const string Device = "device";

    public async Task TellAsync(RejectedEvent refusal, ProvisionClaim? claim, CancellationToken cancellationToken)
    {
        metrics.CountRefused(refusal.Reason);
        var who = claim is null ? "" : $"Hardware {claim.HardwareId} under enrolment {claim.Enrolment}: ";
        var audit = new AuditEntry
        {
            // Of a claim that is delivered again it is the same.
            Id = claim is null ? $"refused/{refusal.Topic}/{refusal.At}" : $"refused/{claim.HardwareId}/{claim.Nonce}/{refusal.Reason}",
            At = refusal.At,
            By = Device,
            Action = "refused",
            DeviceId = refusal.DeviceId,
            Detail = who + refusal.Detail,
            Reason = refusal.Reason,
        };
        await Task.WhenAll(rejected.PublishAsync([refusal], cancellationToken), audited.PublishAsync([new RefusalEvent(audit)], cancellationToken));
    }
}
