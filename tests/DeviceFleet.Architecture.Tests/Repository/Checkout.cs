using System.Diagnostics;

namespace DeviceFleet.Architecture.Tests.Repository;

/// <summary>The files of the repository that this test was built from.</summary>
internal static class Checkout
{
    private static readonly string[] Generated = ["artifacts", "bin", "obj", "node_modules", "test-output", "data", ".git", "dist"];

    public static string Root { get; } = FindRoot();

    /// <summary>Tracked files, relative, with forward slashes; without git, everything that is not generated.</summary>
    public static IReadOnlyList<string> Files { get; } = TrackedFiles() ?? AllFiles();

    public static string PathOf(string relative) => Path.Combine(Root, relative);

    public static string Read(string relative) => File.ReadAllText(PathOf(relative));

    /// <summary>Files of one folder, not of its subfolders, whose name ends so; sorted.</summary>
    public static IReadOnlyList<string> In(string folder, string ending) =>
    [
        .. Directory.GetFiles(PathOf(folder))
            .Where(file => file.EndsWith(ending, StringComparison.Ordinal))
            .Select(file => $"{folder}/{Path.GetFileName(file)}")
            .Order(StringComparer.Ordinal),
    ];

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "DeviceFleet.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No DeviceFleet.sln above {AppContext.BaseDirectory}.");
    }

    private static List<string>? TrackedFiles()
    {
        if (!Path.Exists(PathOf(".git")))
        {
            return null;
        }

        var start = new ProcessStartInfo("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        {
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
        };
        using var git = Process.Start(start) ?? throw new InvalidOperationException("git did not start.");
        var names = git.StandardOutput.ReadToEnd().Split('\0', StringSplitOptions.RemoveEmptyEntries);
        git.WaitForExit();
        Assert.Equal(0, git.ExitCode);
        return [.. names.Where(name => File.Exists(PathOf(name)))];
    }

    private static List<string> AllFiles() =>
    [
        .. Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
            .Where(name => !name.Split('/').Any(Generated.Contains)),
    ];
}
