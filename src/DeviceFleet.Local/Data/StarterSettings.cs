namespace DeviceFleet.Local.Data;

/// <summary>The file of alarm rules and device types, which operators edit while the fleet runs.</summary>
internal static class StarterSettings
{
    /// <summary>Its name in the data folder, as components/local/fleet-settings.yaml has it.</summary>
    public const string FileName = "settings.yaml";

    private const string Empty =
        """
        # Alarm rules and device types: keys rule.{id} and type.{id}, each value JSON. An edit is in force a second later; what is wrong with one is told by GET /api/settings.
        """;

    /// <summary>Makes the file where there is none. One that is there is never touched.</summary>
    public static void EnsureIn(DataFolder data)
    {
        var path = Path.Combine(data.Path, FileName);
        if (!File.Exists(path))
        {
            File.WriteAllText(path, Empty + "\n");
        }
    }
}
