using System.Net;
using System.Net.Sockets;

namespace DeviceFleet.EndToEnd.Tests.Processes;

/// <summary>Where the build put the programs, and what else a test needs of the machine.</summary>
internal static class Artifacts
{
    /// <summary>The root of the repository.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The built program of a project. The tests' own output folder names the configuration.</summary>
    public static string ProgramOf(string project)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        var path = Path.Combine(Root, "artifacts", "bin", project, configuration, project + ".dll");
        return File.Exists(path) ? path : throw new FileNotFoundException($"{project} is not built; build DeviceFleet.sln first.", path);
    }

    /// <summary>A port that nobody listens on. Asked again by its user at once, so a clash is unlikely, not impossible.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>An empty folder of the test's own.</summary>
    public static string NewFolder() => Directory.CreateTempSubdirectory("devicefleet-e2e-").FullName;

    /// <summary>Under CI nothing may be missing; elsewhere the test is skipped with the reason.</summary>
    public static void SkipUnlessCi(string reason)
    {
        Assert.False(Environment.GetEnvironmentVariable("CI") == "true", "CI must have what this test needs: " + reason);
        Assert.Skip(reason);
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "DeviceFleet.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("The tests must run from a build inside the repository.");
    }
}
