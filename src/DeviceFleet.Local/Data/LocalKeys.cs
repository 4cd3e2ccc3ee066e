using System.Security.Cryptography;
using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Local.Data;

/// <summary>
/// Keys made at first start and kept in the data folder, one file each, hex, readable by their owner only. <c>device.key</c> is what devices' passwords come from
/// (<see cref="SharedKeyPassword"/>); the tokens are shown between the services and their sidecars.
/// </summary>
internal sealed record LocalKeys
{
    private const int TokenBytes = 32;

    public required byte[] DeviceKey { get; init; }

    public required string DeviceKeyFile { get; init; }

    /// <summary>What sign-in links and sessions are signed with; the gateway makes and reads the file itself.</summary>
    public required string SignInKeyFile { get; init; }

    public static LocalKeys LoadOrMake(DataFolder data)
    {
        var deviceKey = Path.Combine(data.Path, "device.key");
        return new LocalKeys
        {
            DeviceKey = LoadOrMake(deviceKey, SharedKeyPassword.KeyBytes),
            DeviceKeyFile = deviceKey,
            SignInKeyFile = Path.Combine(data.Path, "sign-in.key"),
        };
    }

    /// <summary>A token that lives as long as the process: nobody outside needs it.</summary>
    public static string NewToken() => RandomNumberGenerator.GetHexString(TokenBytes * 2, lowercase: true);

    private static byte[] LoadOrMake(string path, int bytes)
    {
        if (File.Exists(path))
        {
            return Read(path, bytes);
        }

        var key = RandomNumberGenerator.GetBytes(bytes);
        SecretFile.Write(path, System.Text.Encoding.ASCII.GetBytes(Convert.ToHexStringLower(key) + "\n"));
        return key;
    }

    private static byte[] Read(string path, int bytes)
    {
        try
        {
            var key = Convert.FromHexString(File.ReadAllText(path).Trim());
            return key.Length == bytes ? key : throw new FormatException();
        }
        catch (FormatException)
        {
            throw new LocalStartException($"{path} does not hold {bytes} bytes in hex. Restore it, or delete it to have a new one made (what was made from the old one is then refused).");
        }
    }
}
