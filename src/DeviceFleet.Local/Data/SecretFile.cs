namespace DeviceFleet.Local.Data;

/// <summary>Writes what only its owner may read, whole or not at all.</summary>
internal static class SecretFile
{
    /// <summary>Written beside and renamed: a kill between leaves no half file, whose keys would be lost for good.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        var unfinished = path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new FileStream(unfinished, options))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        File.Move(unfinished, path);
    }
}
