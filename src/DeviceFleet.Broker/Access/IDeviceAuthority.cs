using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Broker.Access;

/// <summary>
/// Knows devices' passwords. The broker has settled by then what needs no secret: that the user name is a device id and the client id the same, that it is neither a claim
/// (<see cref="Contracts.Messaging.MqttAccounts.Provision"/>) nor the runtime's account. Thread safe: many devices connect at the same time.
/// </summary>
public interface IDeviceAuthority
{
    /// <summary>
    /// Says whether a device is who it says; its CONNACK waits for the answer. An exception counts as <see cref="DeviceVerdict.Busy"/>, and so does an answer that takes longer than
    /// <see cref="BrokerOptions.AuthorityTimeout"/>, with which the token is cancelled.
    /// </summary>
    /// <param name="device">Who it says it is; perhaps nobody's id.</param>
    /// <param name="password">Password as it came, perhaps empty. Not to be kept.</param>
    /// <param name="cancellationToken">Nobody waits for the answer any more.</param>
    ValueTask<DeviceVerdict> AuthenticateAsync(DeviceId device, ReadOnlyMemory<byte> password, CancellationToken cancellationToken);
}

/// <summary>What an <see cref="IDeviceAuthority"/> says of a device.</summary>
public sealed record DeviceVerdict
{
    private DeviceVerdict()
    {
    }

    /// <summary>It is who it says, and may connect.</summary>
    public static DeviceVerdict Accepted { get; } = new();

    /// <summary>Nobody could decide in time: the device is told to come again (MQTT 5: 0x89, MQTT 3.1.1: 3), which is no refusal and told to nobody.</summary>
    public static DeviceVerdict Busy { get; } = new() { IsBusy = true };

    /// <summary>It is <see cref="Busy"/>.</summary>
    public bool IsBusy { get; private init; }

    /// <summary>One of <see cref="RejectionReasons"/>; null: not refused.</summary>
    public string? Reason { get; private init; }

    /// <summary>For a person; never a secret. Null: not refused.</summary>
    public string? Detail { get; private init; }

    /// <summary>It may not connect.</summary>
    /// <param name="reason">One of <see cref="RejectionReasons"/>.</param>
    /// <param name="detail">For a person; never a secret.</param>
    public static DeviceVerdict Refused(string reason, string detail) => new() { Reason = reason, Detail = detail };
}
