using System.Buffers;
using System.Buffers.Text;
using System.Text;
using DeviceFleet.Contracts.Provisioning;

namespace DeviceFleet.Simulator.CommandLine;

/// <summary>Finds the key of an enrolment: a file, or an environment variable in its place. Never an argument, which others can see.</summary>
internal static class EnrolmentKeySource
{
    /// <summary>The key in base64 or hexadecimal digits.</summary>
    public const string EnvironmentVariable = "DEVICEFLEET_ENROLMENT_KEY";

    private static readonly string Wanted = $"must hold {EnrolmentLimits.KeyBytes} bytes in base64 or hexadecimal digits";

    /// <summary>Reads the key; otherwise tells what is wrong.</summary>
    public static (byte[]? Key, string? Fault) Read(string? file, string? environment)
    {
        if (file is not null)
        {
            return File.Exists(file) ? Decode(File.ReadAllText(file, Encoding.UTF8), $"file {file}") : (null, $"key file {file} does not exist");
        }

        return environment is null ? (null, $"give --enrolment-key-file, or the key in {EnvironmentVariable}") : Decode(environment, EnvironmentVariable);
    }

    private static (byte[]? Key, string? Fault) Decode(string content, string source)
    {
        var text = content.AsSpan().Trim();
        Span<byte> key = stackalloc byte[EnrolmentLimits.KeyBytes];
        if (text.Length == EnrolmentLimits.KeyBytes * 2 && Convert.FromHexString(text, key, out _, out _) == OperationStatus.Done)
        {
            return (key.ToArray(), null);
        }

        return (Convert.TryFromBase64Chars(text, key, out var length) || TryFromBase64Url(text, key, out length)) && length == key.Length
            ? (key.ToArray(), null)
            : (null, $"{source} {Wanted}");
    }

    private static bool TryFromBase64Url(ReadOnlySpan<char> text, Span<byte> key, out int length)
    {
        length = 0;
        return Base64Url.IsValid(text, out var decoded) && decoded == key.Length && Base64Url.TryDecodeFromChars(text, key, out length);
    }
}
