using DeviceFleet.Contracts.Provisioning;

namespace DeviceFleet.Provisioning.Access;

/// <summary>Who a broker lets in. A broker in the same process takes it from the service's container; others ask over HTTP. Thread-safe.</summary>
public interface IMqttAccess
{
    /// <summary>
    /// Decides on a connection: <c>allow</c>; <c>deny</c> with a reason of <see cref="Contracts.Devices.RejectionReasons"/>; <c>ignore</c> when nobody could decide just now, and the
    /// client should come again. Claims (user <see cref="Contracts.Messaging.MqttAccounts.Provision"/>) are let in without a password under a client id of their own.
    /// </summary>
    /// <param name="username">MQTT user name; null: none was given.</param>
    /// <param name="password">MQTT password; read before this returns or completes, never kept.</param>
    /// <param name="clientId">MQTT client id; null: none was given.</param>
    /// <param name="cancellationToken">Ends the wait, not a hash under way.</param>
    ValueTask<MqttVerdict> AuthenticateAsync(string? username, ReadOnlyMemory<byte> password, string? clientId, CancellationToken cancellationToken);
}
