using System.Diagnostics;
using System.Globalization;
using Tests.Shared;

namespace EmbeddedDapr.Server.Tests.Workflows;

/// <summary>The program as a process with a SQLite file of its own, to be killed and started again on the same ports.</summary>
internal sealed class SidecarProcess : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sidecar");
    private readonly int _httpPort = Ports.Free();
    private System.Diagnostics.Process? _process;

    public SidecarProcess() => File.WriteAllText(
        Path.Combine(_folder.FullName, "statestore.yaml"),
        $$"""
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata: {name: statestore}
        spec:
          type: state.sqlite
          version: v1
          metadata:
          - {name: connectionString, value: "{{Path.Combine(_folder.FullName, "state.db")}}"}
          - {name: actorStateStore, value: "true"}
        """);

    public int GrpcPort { get; } = Ports.Free();

    public void Start()
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false };
        string[] arguments =
        [
            typeof(SidecarHost).Assembly.Location,
            "--app-id", "crash",
            "--dapr-http-port", _httpPort.ToString(CultureInfo.InvariantCulture),
            "--dapr-grpc-port", GrpcPort.ToString(CultureInfo.InvariantCulture),
            "--dapr-internal-grpc-port", "0",
            "--metrics-port", "0",
            "--resources-path", _folder.FullName,
            "--log-level", "error",
        ];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["DOTNET_TieredPGO"] = "0"; // it lives for seconds
        _process = System.Diagnostics.Process.Start(start)!;
    }

    /// <summary>SIGKILL.</summary>
    public void Kill()
    {
        _process!.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }

    public void Dispose()
    {
        if (_process is not null)
        {
            Kill();
        }

        _folder.Delete(recursive: true);
    }
}
