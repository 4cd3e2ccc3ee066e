using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Simulator.CommandLine;

/// <summary>Finds the key that device passwords come from: a file, or an environment variable in its place. Never an argument, which others can see.</summary>
internal static class DeviceKeySource
{
    /// <summary>The key as hexadecimal digits.</summary>
    public const string EnvironmentVariable = "DEVICEFLEET_DEVICE_KEY";

    /// <summary>Reads the key; otherwise tells what is wrong.</summary>
    public static (byte[]? Key, string? Fault) Read(string? file, string? environment)
    {
        if (file is not null)
        {
            return File.Exists(file) ? Decode(File.ReadAllBytes(file), $"file {file}") : (null, $"key file {file} does not exist");
        }

        return environment is null
            ? (null, $"give --key-file, or the key in {EnvironmentVariable}")
            : Decode(System.Text.Encoding.UTF8.GetBytes(environment), EnvironmentVariable);
    }

    private static (byte[]? Key, string? Fault) Decode(byte[] content, string source)
    {
        if (content.Length == SharedKeyPassword.KeyBytes)
        {
            return (content, null); // the bytes themselves
        }

        var text = System.Text.Encoding.UTF8.GetString(content).Trim();
        return text.Length == SharedKeyPassword.KeyBytes * 2 && text.All(char.IsAsciiHexDigit)
            ? (Convert.FromHexString(text), null)
            : (null, $"{source} must hold {SharedKeyPassword.KeyBytes} bytes, or as many in hexadecimal digits");
    }
}
