using System.Security.Cryptography;
using System.Text;
using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Broker.Access;

/// <summary>Tells who connects. Passwords are compared in constant time, and an unknown user costs as much as a wrong password.</summary>
internal sealed class Authenticator(BrokerOptions options)
{
    /// <summary>
    /// Put before the client ids of the runtime as they arrive. No device id holds a slash, so neither can take the other's session over.
    /// </summary>
    internal const string RuntimeClientIdPrefix = "runtime/";

    private readonly byte[]? _runtimePassword = options.RuntimePassword is { } password ? Encoding.UTF8.GetBytes(password) : null;

    /// <summary>The principal, or why there is none.</summary>
    public (Principal? Principal, Refusal? Refusal) Authenticate(string? user, ReadOnlySpan<byte> password, string? clientId)
    {
        if (user == BrokerAccounts.Runtime && _runtimePassword is not null)
        {
            return CryptographicOperations.FixedTimeEquals(password, _runtimePassword)
                ? CheckRuntimeClientId(clientId)
                : Refused(RejectionReasons.BadCredentials, "Wrong password of the runtime.");
        }

        if (!DeviceId.TryParse(user, out var id))
        {
            return Refused(RejectionReasons.BadCredentials, "The user name is no device id.");
        }

        if (!CryptographicOperations.FixedTimeEquals(password, Encoding.ASCII.GetBytes(SharedKeyPassword.For(id, options.Key.Span))))
        {
            return Refused(RejectionReasons.BadCredentials, "Wrong password.");
        }

        return clientId == id.Value
            ? (new Principal(id), null)
            : Refused(RejectionReasons.WrongClientId, "The client id is not the device id.");
    }

    private static (Principal? Principal, Refusal? Refusal) CheckRuntimeClientId(string? clientId) =>
        clientId is not null && clientId.StartsWith(RuntimeClientIdPrefix, StringComparison.Ordinal) && clientId.Length is > 8 and <= 136
            ? (Principal.Runtime, null)
            : Refused(RejectionReasons.WrongClientId, "The runtime's client id has 1 to 128 characters.");

    private static (Principal? Principal, Refusal? Refusal) Refused(string reason, string detail) => (null, new Refusal(reason, detail));
}
