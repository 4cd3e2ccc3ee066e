using System.Diagnostics;
using System.Globalization;
using Tests.Shared;

namespace DeviceFleet.Workflows.Tests.EndToEnd;

/// <summary>EmbeddedDapr as a process of its own, with its state in a file; it can be killed as a power cut would, and started again at the same address.</summary>
internal sealed class SidecarProcess : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("workflows-").FullName;
    private readonly int _httpPort = Ports.Free();
    private readonly int _grpcPort = Ports.Free();
    private Process? _process;

    public SidecarProcess() => File.WriteAllText(Path.Combine(_folder, "statestore.yaml"), $"""
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata:
          name: statestore
        spec:
          type: state.sqlite
          version: v1
          metadata:
          - name: connectionString
            value: "{Path.Combine(_folder, "state.db")}"
          - name: actorStateStore
            value: "true"
        """);

    public Uri GrpcEndpoint => new($"http://127.0.0.1:{_grpcPort}");

    public async Task Start()
    {
        string[] arguments =
        [
            Path.Combine(AppContext.BaseDirectory, "EmbeddedDapr.Server.dll"),
            "--app-id", "workflows",
            "--resources-path", _folder,
            "--dapr-http-port", _httpPort.ToString(CultureInfo.InvariantCulture),
            "--dapr-grpc-port", _grpcPort.ToString(CultureInfo.InvariantCulture),
        ];
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder };
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        using var http = new HttpClient();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        while (!await Answers(http, patience.Token))
        {
            await Task.Delay(20, patience.Token);
        }
    }

    public async Task Kill()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await Kill();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task<bool> Answers(HttpClient http, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.GetAsync(new Uri($"http://127.0.0.1:{_httpPort}/v1.0/metadata"), cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
