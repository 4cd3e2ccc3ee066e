using System.Security.Cryptography;
using DeviceFleet.Contracts.Provisioning;

namespace DeviceFleet.Local.Data;

/// <summary>Keys of the one process: those in the data folder, hex, readable by their owner only, and tokens that live as long as the process.</summary>
internal static class LocalKeys
{
    private const int TokenBytes = 32;

    /// <summary>What sign-in links and sessions are signed with; the gateway makes and reads the file itself.</summary>
    public static string SignInKeyFile(DataFolder data) => Path.Combine(data.Path, "sign-in.key");

    /// <summary>The key of the simulated devices' enrolment, and whether it was made just now.</summary>
    /// <exception cref="LocalStartException">The file holds no key.</exception>
    public static (byte[] Key, bool IsNew) LoadOrMakeEnrolmentKey(DataFolder data)
    {
        var path = Path.Combine(data.Path, "simulator.key");
        if (File.Exists(path))
        {
            return (Read(path, EnrolmentLimits.KeyBytes), false);
        }

        var key = RandomNumberGenerator.GetBytes(EnrolmentLimits.KeyBytes);
        SecretFile.Write(path, System.Text.Encoding.ASCII.GetBytes(Convert.ToHexStringLower(key) + "\n"));
        return (key, true);
    }

    /// <summary>A token between a service and its sidecar: nobody outside needs it.</summary>
    public static string NewToken() => RandomNumberGenerator.GetHexString(TokenBytes * 2, lowercase: true);

    private static byte[] Read(string path, int bytes)
    {
        try
        {
            var key = Convert.FromHexString(File.ReadAllText(path).Trim());
            return key.Length == bytes ? key : throw new FormatException();
        }
        catch (FormatException)
        {
            throw new LocalStartException($"{path} does not hold {bytes} bytes in hex. Restore it, or delete it to have a new one made.");
        }
    }
}
