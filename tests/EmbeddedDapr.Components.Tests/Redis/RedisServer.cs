using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace EmbeddedDapr.Components.Tests.Redis;

/// <summary>A Redis of its own for a test, empty at every start; the test is skipped where redis-server is not installed.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private Process? _process;

    private RedisServer(int port) => Port = port;

    public int Port { get; }

    public static async Task<RedisServer> StartNewAsync()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var server = new RedisServer(((IPEndPoint)listener.LocalEndpoint).Port);
        listener.Stop();
        await server.StartAsync();
        return server;
    }

    public ComponentSpec Spec(string type, params (string Name, string Value)[] metadata) =>
        Conformance.TestComponents.Spec(type, [("redisHost", $"127.0.0.1:{Port}"), .. metadata]);

    public async Task StartAsync()
    {
        var program = new[] { "/usr/bin/redis-server", "/usr/local/bin/redis-server" }.FirstOrDefault(File.Exists);
        Assert.SkipWhen(program is null, "redis-server is not installed");
        var listening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _process = new Process
        {
            StartInfo = new ProcessStartInfo(program!, ["--port", $"{Port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]) { RedirectStandardOutput = true },
            EnableRaisingEvents = true,
        };
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data?.Contains("eady to accept connections", StringComparison.Ordinal) == true)
            {
                listening.TrySetResult();
            }
        };
        _process.Exited += (_, _) => listening.TrySetException(new InvalidOperationException("redis-server has ended"));
        _process.Start();
        _process.BeginOutputReadLine();
        await listening.Task;
    }

    public async Task StopAsync()
    {
        if (_process is { } process)
        {
            _process = null;
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync();
}
