using System.Security.Cryptography;
using System.Text;

namespace DeviceFleet.Contracts.Devices;

/// <summary>
/// The password of a device until it is provisioned: HMAC-SHA256 of its id under a key that the broker's host made at first start and
/// hands to who plays devices. Lower-case hex, 64 characters.
/// </summary>
public static class SharedKeyPassword
{
    /// <summary>Length of the key in bytes.</summary>
    public const int KeyBytes = 32;

    /// <summary>The password of one device.</summary>
    public static string For(DeviceId id, ReadOnlySpan<byte> key) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(id.Value)));
}
