using System.Reflection;

namespace DeviceFleet.Conformance;

/// <summary>Where the scenarios, their recordings and the program that is held to them lie.</summary>
internal static class Kit
{
    /// <summary>Folder of <c>run.py</c>, <c>cases</c> and <c>recordings</c>.</summary>
    public static string Folder { get; } = Metadata("Kit");

    /// <summary>Command line of the program under test: variable <c>EMBEDDED</c>, or the one that was built with these tests.</summary>
    public static string Program { get; } = Environment.GetEnvironmentVariable("EMBEDDED") is { Length: > 0 } command ? command : "dotnet " + Metadata("Program");

    /// <summary>Folder of the summary.</summary>
    public static string Output { get; } = Metadata("Output");

    /// <summary>True on a build server, where a test that cannot run has failed.</summary>
    public static bool MustRun { get; } = Environment.GetEnvironmentVariable("CI") == "true";

    private static string Metadata(string key) =>
        Path.GetFullPath(typeof(Kit).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(item => item.Key == key).Value!);
}
