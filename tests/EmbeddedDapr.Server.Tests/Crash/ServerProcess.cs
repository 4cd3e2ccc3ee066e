using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using Tests.Shared;
using OsProcess = System.Diagnostics.Process;

namespace EmbeddedDapr.Server.Tests.Crash;

/// <summary>EmbeddedDapr.Server as a process of its own with a store on disk; it can be killed as a power cut would, and started again on the same files.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly StringBuilder _output = new();
    private readonly OsProcess _process;

    private ServerProcess(string folder, int appPort, int httpPort)
    {
        File.WriteAllText(Path.Combine(folder, "store.yaml"), """
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata:
              name: statestore
            spec:
              type: state.sqlite
              version: v1
              metadata:
              - name: connectionString
                value: reminders.db
              - name: actorStateStore
                value: "true"
            """);
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        string[] arguments =
        [
            typeof(SidecarHost).Assembly.Location, "--app-id=app", Flag("app-port", appPort), Flag("dapr-http-port", httpPort), Flag("dapr-grpc-port", Ports.Free()),
            Flag("dapr-internal-grpc-port", Ports.Free()), Flag("metrics-port", Ports.Free()), "--resources-path=" + folder, "--log-level=warn",
        ];
        Array.ForEach(arguments, start.ArgumentList.Add);
        _process = new OsProcess { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{httpPort}"), Timeout = Patience };
    }

    public HttpClient Http { get; }

    /// <summary>From the start of the process until it said that it is ready.</summary>
    public TimeSpan StartedWithin { get; private set; }

    /// <summary>Starts it and waits until it is ready.</summary>
    public static async Task<ServerProcess> StartAsync(string folder, int appPort, int httpPort)
    {
        var started = TimeProvider.System.GetTimestamp();
        var process = new ServerProcess(folder, appPort, httpPort);
        while (!await process.IsReadyAsync())
        {
            var waited = TimeProvider.System.GetElapsedTime(started);
            Assert.False(process._process.HasExited || waited > Patience, $"not ready after {waited}: {process._output}");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }

        process.StartedWithin = TimeProvider.System.GetElapsedTime(started);
        return process;
    }

    /// <summary>SIGKILL.</summary>
    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Http.Dispose();
    }

    private static string Flag(string name, int value) => string.Create(CultureInfo.InvariantCulture, $"--{name}={value}");

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            using var response = await Http.GetAsync("/v1.0/healthz");
            return response.StatusCode == HttpStatusCode.NoContent;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private void Keep(string? line)
    {
        lock (_output)
        {
            _output.AppendLine(line);
        }
    }
}
