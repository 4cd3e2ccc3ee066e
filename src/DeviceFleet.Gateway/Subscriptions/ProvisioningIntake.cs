using System.Diagnostics;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Contracts.Rollouts;
using DeviceFleet.Gateway.Fleet;
using DeviceFleet.Gateway.Provisioning;

namespace DeviceFleet.Gateway.Subscriptions;

/// <summary>Takes the events of topic <c>provisioning</c>. Devices themselves come and go by <c>device-events</c>.</summary>
internal sealed class ProvisioningIntake(SagaBoard board, FleetNews news)
{
    public void Take(object provisioningEvent)
    {
        switch (provisioningEvent)
        {
            case IdentityEvent identity:
                if (board.Take(identity.Identity) is { } saga)
                {
                    news.Add(saga);
                }

                break;
            case RolloutEvent rollout:
                news.Add(rollout.Rollout);
                break;
            case RefusalEvent:
                break; // topic rejected tells browsers, the audit keeps it
            default:
                throw new UnreachableException($"The reader of provisioning gave a {provisioningEvent.GetType()}.");
        }
    }
}
