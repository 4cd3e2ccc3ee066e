namespace DeviceFleet.Local.Data;

/// <summary>The file of alarm rules and device types, which operators edit while the fleet runs.</summary>
internal static class StarterSettings
{
    /// <summary>Its name in the data folder, as components/local/fleet-settings.yaml has it.</summary>
    public const string FileName = "settings.yaml";

    private const string Resource = "starter-settings.yaml";

    /// <summary>Makes the file where there is none: types and rules of the simulated devices. One that is there is never touched.</summary>
    public static void EnsureIn(DataFolder data)
    {
        var path = Path.Combine(data.Path, FileName);
        if (File.Exists(path))
        {
            return;
        }

        // Written beside and renamed: a kill between leaves no half file, which would stand for the operator's own.
        using var settings = typeof(StarterSettings).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"{Resource} is not in the program.");
        using (var file = File.Create(path + ".new"))
        {
            settings.CopyTo(file);
        }

        File.Move(path + ".new", path);
    }
}
