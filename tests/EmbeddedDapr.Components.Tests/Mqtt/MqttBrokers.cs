using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using MQTTnet.Server;

namespace EmbeddedDapr.Components.Tests.Mqtt;

/// <summary>A broker that a test owns and may stop and start on one port.</summary>
internal abstract class TestBroker : IAsyncDisposable
{
    public int Port { get; } = FreePort();

    public abstract Task StartAsync();

    public abstract Task StopAsync();

    public async ValueTask DisposeAsync() => await StopAsync();

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>MQTTnet's broker, sessions kept.</summary>
internal sealed class InProcessBroker : TestBroker
{
    private MqttServer? _server;

    public Func<ValidatingConnectionEventArgs, Task>? Validate { get; init; }

    public override async Task StartAsync()
    {
        _server = new MqttServerFactory().CreateMqttServer(new MqttServerOptionsBuilder()
            .WithDefaultEndpoint().WithDefaultEndpointBoundIPAddress(IPAddress.Loopback).WithDefaultEndpointBoundIPV6Address(IPAddress.None)
            .WithDefaultEndpointPort(Port).WithPersistentSessions().Build());
        if (Validate is { } validate)
        {
            _server.ValidatingConnectionAsync += validate;
        }

        await _server.StartAsync();
    }

    public Task CutAsync(string clientId) => _server!.DisconnectClientAsync(clientId, new MqttServerClientDisconnectOptions());

    public override async Task StopAsync()
    {
        if (_server is { } server)
        {
            _server = null;
            await server.StopAsync();
            server.Dispose();
        }
    }
}

/// <summary>Mosquitto, where it is installed.</summary>
internal sealed class Mosquitto : TestBroker
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mosquitto").FullName;
    private Process? _process;

    public static string? Program { get; } = new[] { "/usr/sbin/mosquitto", "/usr/bin/mosquitto", "/usr/local/sbin/mosquitto" }.FirstOrDefault(File.Exists);

    public override async Task StartAsync()
    {
        var configuration = Path.Combine(_folder, "mosquitto.conf");
        await File.WriteAllTextAsync(configuration, $"listener {Port} 127.0.0.1\nallow_anonymous true\npersistence true\npersistence_location {_folder}/\nlog_dest stderr\n");
        var listening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _process = new Process
        {
            StartInfo = new ProcessStartInfo(Program!, ["-c", configuration]) { RedirectStandardError = true },
            EnableRaisingEvents = true,
        };
        _process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data?.Contains("running", StringComparison.Ordinal) == true)
            {
                listening.TrySetResult();
            }
        };
        _process.Exited += (_, _) => listening.TrySetException(new InvalidOperationException("mosquitto has ended"));
        _process.Start();
        _process.BeginErrorReadLine();
        await listening.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    public override async Task StopAsync()
    {
        if (_process is { } process)
        {
            _process = null;
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    public static void SkipIfAbsent()
    {
        if (Program is null)
        {
            Assert.False(Environment.GetEnvironmentVariable("CI") == "true", "mosquitto is not installed");
            Assert.Skip("mosquitto is not installed");
        }
    }
}
