using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using DeviceFleet.Simulator.Files;

namespace DeviceFleet.Simulator.Firmware;

/// <summary>What devices run, over the runs of the simulator: JSON lines, the last one of a hardware holds. Without a file it forgets with the run. Thread-safe.</summary>
internal sealed class FirmwareStore : IDisposable
{
    private readonly ConcurrentDictionary<string, string> _versions = new(StringComparer.Ordinal);
    private readonly LineFile? _file;

    private FirmwareStore(LineFile? file) => _file = file;

    /// <summary>Opens the file, making it if need be.</summary>
    /// <exception cref="InvalidDataException">A line of the file says nothing of a device's firmware.</exception>
    public static FirmwareStore Open(string? path)
    {
        if (path is null)
        {
            return new FirmwareStore(file: null);
        }

        var file = LineFile.Open(path);
        var store = new FirmwareStore(file);
        try
        {
            using var reading = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(reading);
            while (reader.ReadLine() is { } line)
            {
                store.Keep(Parse(line, path));
            }

            return store;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>What a hardware ran last; null: unknown.</summary>
    public string? Find(string hardwareId) => _versions.GetValueOrDefault(hardwareId);

    /// <summary>Keeps what a hardware runs now.</summary>
    public void Store(string hardwareId, string version)
    {
        var line = new FirmwareLine(hardwareId, version);
        Keep(line);
        _file?.Append([.. JsonSerializer.SerializeToUtf8Bytes(line, FirmwareJson.Default.FirmwareLine), (byte)'\n']);
    }

    public void Dispose() => _file?.Dispose();

    private void Keep(FirmwareLine line) => _versions[line.HardwareId] = line.Version;

    private static FirmwareLine Parse(string line, string path)
    {
        try
        {
            return JsonSerializer.Deserialize(line, FirmwareJson.Default.FirmwareLine) is { HardwareId: not null, Version: not null } parsed
                ? parsed
                : throw new InvalidDataException($"{path} holds a line that is no firmware of a device: {line}");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{path} holds a line that is no firmware of a device: {line}", exception);
        }
    }
}

/// <summary>One line of the file.</summary>
internal sealed record FirmwareLine(string HardwareId, string Version);

/// <summary>JSON of the file.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(FirmwareLine))]
internal sealed partial class FirmwareJson : JsonSerializerContext;
