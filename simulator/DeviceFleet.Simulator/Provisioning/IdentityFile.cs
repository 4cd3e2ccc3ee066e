using System.Text;
using System.Text.Json;
using DeviceFleet.Simulator.Files;

namespace DeviceFleet.Simulator.Provisioning;

/// <summary>
/// A file of identities: JSON lines, appended to. Of several lines for one hardware the last one holds. It holds secrets, and is its owner's only.
/// </summary>
public static class IdentityFile
{
    /// <summary>All whole lines in their order, also of a file that is being written. What follows the last line end was cut off by a kill and is ignored.</summary>
    /// <exception cref="InvalidDataException">A whole line is no identity; the message does not repeat it.</exception>
    public static IReadOnlyList<SimulatorIdentity> Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(file, Encoding.UTF8);
        var text = reader.ReadToEnd();
        var identities = new List<SimulatorIdentity>();
        var number = 0;
        foreach (var line in text.AsSpan()[..(text.LastIndexOf('\n') + 1)].EnumerateLines())
        {
            number++;
            if (!line.IsWhiteSpace())
            {
                identities.Add(Parse(line, path, number));
            }
        }

        return identities;
    }

    /// <summary>The identity of each hardware: the last line of each.</summary>
    /// <exception cref="InvalidDataException">As in <see cref="Read"/>.</exception>
    public static IReadOnlyDictionary<string, SimulatorIdentity> ReadLatest(string path)
    {
        var latest = new Dictionary<string, SimulatorIdentity>(StringComparer.Ordinal);
        foreach (var identity in Read(path))
        {
            latest[identity.HardwareId] = identity;
        }

        return latest;
    }

    /// <summary>Makes a file, in the place of one that is there.</summary>
    public static void Write(string path, IEnumerable<SimulatorIdentity> identities)
    {
        OwnerOnly.Ensure(path);
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read);
        foreach (var identity in identities)
        {
            file.Write(Line(identity));
        }
    }

    internal static byte[] Line(SimulatorIdentity identity) => [.. JsonSerializer.SerializeToUtf8Bytes(identity, IdentityJson.Default.SimulatorIdentity), (byte)'\n'];

    private static SimulatorIdentity Parse(ReadOnlySpan<char> line, string path, int number)
    {
        try
        {
            return JsonSerializer.Deserialize(line, IdentityJson.Default.SimulatorIdentity) is { HardwareId.Length: > 0, Secret.Length: > 0 } identity
                ? identity
                : throw new InvalidDataException($"Line {number} of {path} is no identity.");
        }
        catch (JsonException)
        {
            throw new InvalidDataException($"Line {number} of {path} is no identity."); // without the line: it may hold a secret
        }
    }
}
