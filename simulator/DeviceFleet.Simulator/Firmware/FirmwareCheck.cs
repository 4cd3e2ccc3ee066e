using System.Security.Cryptography;
using System.Text;
using DeviceFleet.Contracts.Rollouts;

namespace DeviceFleet.Simulator.Firmware;

/// <summary>What a device asks of an order before it downloads a byte. No clock, no I/O.</summary>
internal static class FirmwareCheck
{
    private const int Sha256HexLength = 64;

    /// <summary>Why the device does not take the order; null: it does.</summary>
    /// <param name="order">The order.</param>
    /// <param name="deviceType">What the device is.</param>
    /// <param name="running">What it runs.</param>
    /// <param name="firmwareKey">The key of its identity, base64 of a SubjectPublicKeyInfo; null: it has none.</param>
    public static string? Refusal(FirmwareOrder order, string deviceType, string running, string? firmwareKey)
    {
        if (!SemanticVersion.TryParse(order.Version, out var ordered))
        {
            return "no version";
        }

        if (order.DeviceType is { } type && type != deviceType)
        {
            return $"for devices of type {type}";
        }

        if (order.Size is <= 0 or > ReleaseLimits.ImageBytesMax)
        {
            return $"a size of {order.Size} bytes";
        }

        if (order.Sha256.Length != Sha256HexLength || !IsPath(order.Path))
        {
            return "no hash or path";
        }

        // What runs may be no version (a state file is only a file): nothing is older than that.
        var isOlder = SemanticVersion.TryParse(running, out var runs) && ordered.CompareTo(runs) < 0;
        return SignatureFault(order, firmwareKey) ?? (isOlder && !order.MayBeOlder ? $"older than {running}" : null);
    }

    private static string? SignatureFault(FirmwareOrder order, string? firmwareKey)
    {
        if (firmwareKey is null)
        {
            return "no key to check firmware with";
        }

        try
        {
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(Convert.FromBase64String(firmwareKey), out _);
            var text = Encoding.UTF8.GetBytes(ReleaseText.Of(order.Version, order.DeviceType, order.Size, order.Sha256));
            return key.VerifyData(text, Convert.FromBase64String(order.Signature), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation)
                ? null
                : "wrong signature";
        }
        catch (Exception exception) when (exception is FormatException or CryptographicException)
        {
            return "key or signature that cannot be read";
        }
    }

    /// <summary>Only a path: the device shows its password there, and must not be sent elsewhere with it.</summary>
    private static bool IsPath(string path) => path.StartsWith('/') && !path.StartsWith("//", StringComparison.Ordinal) && !path.Contains('\\', StringComparison.Ordinal);
}
