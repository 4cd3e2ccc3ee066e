using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Gateway.Actors;

namespace DeviceFleet.Gateway.Provisioning;

/// <summary>Registers devices by hand: the device first, then its identity, so that no identity is ever without its twin.</summary>
internal sealed class IdentityRegistrar(IdentityActors identities, DeviceActors devices, TimeProvider time)
{
    public async Task<ChangeReply<IdentityReply>> RegisterAsync(DeviceId id, RegisterOrder order, string by, CancellationToken cancellationToken)
    {
        var at = time.GetUtcNow().ToUnixTimeMilliseconds();
        var tags = order.Tags ?? new Dictionary<string, string>();
        var made = await devices.CreateAsync(id, new DeviceCreate { Type = order.Type, Tags = tags, By = by, At = at }, cancellationToken);
        if (made.Outcome is not (ChangeOutcome.Applied or ChangeOutcome.Unchanged))
        {
            return new ChangeReply<IdentityReply> { Outcome = made.Outcome, Detail = made.Detail };
        }

        if (order.Group is { } group)
        {
            var write = new RegistrationWrite { SetGroup = true, Group = group, By = by, At = at };
            await devices.WriteRegistrationAsync(id, write, cancellationToken);
        }

        var change = new IdentityChange { Action = IdentityAction.Register, Reason = order.Reason, By = by, At = at };
        var reply = await identities.ApplyAsync(id, change, cancellationToken);
        if (reply.Outcome != ChangeOutcome.Applied && made.Outcome == ChangeOutcome.Applied)
        {
            await devices.RemoveAsync(id, new DeviceRemoval(by, at), cancellationToken);
        }

        return reply;
    }
}
