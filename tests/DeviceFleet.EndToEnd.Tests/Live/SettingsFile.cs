using DeviceFleet.Local.Data;

namespace DeviceFleet.EndToEnd.Tests.Live;

/// <summary>The settings file of a fleet, edited as an operator does: while it runs.</summary>
internal static class SettingsFile
{
    private static readonly SemaphoreSlim OneEditor = new(1, 1);

    /// <summary>Puts a setting in the place of the one of this key, or at the end.</summary>
    public static async Task SetAsync(string dataFolder, string key, string json)
    {
        var path = Path.Combine(dataFolder, StarterSettings.FileName);
        await OneEditor.WaitAsync();
        try
        {
            var others = (await File.ReadAllLinesAsync(path)).Where(line => !line.StartsWith(key + ":", StringComparison.Ordinal));
            await File.WriteAllLinesAsync(path + ".new", [.. others, $"{key}: '{json}'"]);
            File.Move(path + ".new", path, overwrite: true);
        }
        finally
        {
            OneEditor.Release();
        }
    }
}
