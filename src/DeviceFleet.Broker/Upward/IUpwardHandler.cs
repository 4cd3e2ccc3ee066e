using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;

namespace DeviceFleet.Broker.Upward;

/// <summary>A message of a device, or of a claim, that passed authentication and access rules. Nothing has looked into the payload.</summary>
/// <param name="DeviceId">Who sent it; the claim id where <paramref name="Kind"/> is <see cref="DeviceTopicKind.ProvisionRequest"/>.</param>
/// <param name="Kind">What the topic is for; always an upward kind.</param>
/// <param name="Topic">The concrete topic.</param>
/// <param name="Payload">The payload; stays unchanged, may be kept.</param>
/// <param name="Retain">The sender's retain flag. The broker keeps no upward message.</param>
/// <param name="IsWill">The device did not send it now: it is the last will of a connection that broke.</param>
public readonly record struct UpwardMessage(DeviceId DeviceId, DeviceTopicKind Kind, string Topic, ReadOnlyMemory<byte> Payload, bool Retain, bool IsWill);

/// <summary>What became of an upward message.</summary>
public enum UpwardVerdict
{
    /// <summary>Settled for good: the device is told so (PUBACK) and may forget it.</summary>
    Accepted,

    /// <summary>Not settled, after all retries: the connection is closed without PUBACK, so that the device sends it again.</summary>
    Failed,
}

/// <summary>
/// Takes what goes up, in place of subscribers: the broker never fans upward messages out. Thread safe: messages of different devices come at
/// the same time, those of one connection one after the other, each after the verdict on the one before.
/// </summary>
public interface IUpwardHandler
{
    /// <summary>
    /// Handles a message; its PUBACK waits for the answer. An exception counts as <see cref="UpwardVerdict.Failed"/>. The token is cancelled only when the broker
    /// has stopped waiting at its own stop, never because a device went away: a turn that has begun is finished.
    /// </summary>
    ValueTask<UpwardVerdict> HandleAsync(UpwardMessage message, CancellationToken cancellationToken);

    /// <summary>
    /// Is told what the broker refused, one after the other, in order. A refusal whose call throws is dropped and counted.
    /// </summary>
    ValueTask RejectedAsync(RejectedEvent rejection, CancellationToken cancellationToken);
}
