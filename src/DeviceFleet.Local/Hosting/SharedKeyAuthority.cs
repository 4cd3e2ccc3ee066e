using System.Security.Cryptography;
using System.Text;
using DeviceFleet.Broker.Access;
using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Local.Hosting;

/// <summary>Passwords made from one key.</summary>
internal sealed class SharedKeyAuthority(ReadOnlyMemory<byte> key) : IDeviceAuthority
{
    public ValueTask<DeviceVerdict> AuthenticateAsync(DeviceId device, ReadOnlyMemory<byte> password, CancellationToken cancellationToken) =>
        ValueTask.FromResult(CryptographicOperations.FixedTimeEquals(password.Span, Encoding.ASCII.GetBytes(SharedKeyPassword.For(device, key.Span)))
            ? DeviceVerdict.Accepted
            : DeviceVerdict.Refused(RejectionReasons.BadCredentials, "Wrong password."));
}
