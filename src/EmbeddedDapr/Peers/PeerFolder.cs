using System.Security.Cryptography;
using System.Text.Json;

namespace EmbeddedDapr.Peers;

/// <summary>
/// The folder in which the sidecars of one user tell each other where they are: two files each, what it says and a lock. The owner holds the lock as long as it lives, so
/// that what a killed process left behind is seen, and removed, by whoever looks next. Only its user can read the folder. Thread safe.
/// </summary>
internal sealed class PeerFolder
{
    private const string DataSuffix = ".json";
    private const string LockSuffix = ".lock";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _path;

    private PeerFolder(string path) => _path = path;

    /// <summary>Folder of the user in the temporary folder. It does not depend on the environment: processes started with different ones find each other.</summary>
    public static string DefaultPath => Path.Combine(
        OperatingSystem.IsWindows() ? Path.GetTempPath() : "/tmp",
        $"embedded-dapr-{(Environment.UserName is { Length: > 0 } user ? user : "user")}");

    /// <summary>Opens the folder, making it where it is missing. Null: somebody else may write there, or it cannot be made.</summary>
    public static PeerFolder? Open(string path)
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(path);
                return new(path);
            }

            // Whoever made the folder first decides its mode; one that others may write to could hold anything.
            Directory.CreateDirectory(path, OwnerOnly);
            return File.GetUnixFileMode(path) == OwnerOnly && new DirectoryInfo(path).LinkTarget is null ? new(path) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Tells of a sidecar until the answer is disposed, or the process ends.</summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public IDisposable Add(PeerRecord record)
    {
        var name = Path.Combine(_path, $"{record.Pid}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}");
        var held = new FileStream(name + LockSuffix, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        try
        {
            // Written apart and moved, so that nobody reads half of it.
            File.WriteAllBytes(name + ".tmp", JsonSerializer.SerializeToUtf8Bytes(record, PeerJson.Default.PeerRecord));
            File.Move(name + ".tmp", name + DataSuffix);
        }
        catch
        {
            held.Dispose();
            throw;
        }

        return new Registration(name, held);
    }

    /// <summary>The live ones. Traces of others are removed on the way.</summary>
    public IReadOnlyList<PeerRecord> ReadLive()
    {
        var live = new List<PeerRecord>();
        foreach (var file in Files())
        {
            if (Read(file) is { } record)
            {
                live.Add(record);
            }
        }

        return live;
    }

    private static PeerRecord? Read(string file)
    {
        var name = file[..^DataSuffix.Length];
        try
        {
            if (IsHeld(name + LockSuffix))
            {
                return JsonSerializer.Deserialize(File.ReadAllBytes(file), PeerJson.Default.PeerRecord);
            }

            File.Delete(file);
            File.Delete(name + LockSuffix);
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            // Gone meanwhile, or of a version that writes something else.
            return null;
        }
    }

    /// <summary>Who can take the lock knows that its owner is gone.</summary>
    private static bool IsHeld(string path)
    {
        try
        {
            using var taken = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private string[] Files()
    {
        try
        {
            return Directory.GetFiles(_path, "*" + DataSuffix);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private sealed class Registration(string name, FileStream held) : IDisposable
    {
        public void Dispose()
        {
            try
            {
                File.Delete(name + DataSuffix);
                File.Delete(name + LockSuffix);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Whoever looks next removes it.
            }

            held.Dispose();
        }
    }
}
