using System.Diagnostics;
using DeviceFleet.Architecture.Tests.Repository;

namespace DeviceFleet.Architecture.Tests.Projects;

/// <summary>The command on README's first screen keeps its data in the folder that README names.</summary>
public sealed class RunFolderTests
{
    /// <summary>Web projects are run in their own folder unless they say otherwise: keys and data would lie among the sources, where nothing ignores them.</summary>
    [Fact]
    public async Task The_fleet_runs_where_its_command_was_typed()
    {
        var start = new ProcessStartInfo("dotnet", ["msbuild", "src/DeviceFleet.Local/DeviceFleet.Local.csproj", "-nologo", "-getProperty:RunWorkingDirectory"])
        {
            WorkingDirectory = Checkout.Root,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var folder = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal((0, ""), (process.ExitCode, folder.Trim()));
    }
}
