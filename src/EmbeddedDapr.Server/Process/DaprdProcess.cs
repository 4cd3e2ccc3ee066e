using System.Runtime.InteropServices;
using EmbeddedDapr.Actors;
using EmbeddedDapr.Apps;
using EmbeddedDapr.Bindings;
using EmbeddedDapr.Components;
using EmbeddedDapr.Components.Mqtt;
using EmbeddedDapr.Components.Redis;
using EmbeddedDapr.Components.Secrets;
using EmbeddedDapr.Runtime;

namespace EmbeddedDapr.Server.Process;

/// <summary>A sidecar as a process of its own, in daprd's place: one engine, one app over HTTP.</summary>
internal sealed partial class DaprdProcess(DaprdFlags flags, Func<string, string?> environment, ILoggerFactory loggers) : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ILogger _logger = loggers.CreateLogger<DaprdProcess>();

    /// <summary>Runs until a signal or <c>/v1.0/shutdown</c>; answers the exit code.</summary>
    public async Task<int> RunAsync()
    {
        // Registered by hand: a signal that was inherited as ignored must be honoured too.
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        Log.Ignored(_logger, string.Join(", ", flags.Ignored.Distinct()));
        await using var engine = new DaprEngine(new ActorRuntimeOptions { StopTimeout = flags.GracefulShutdown, CancelTurnsOnStop = true }, TimeProvider.System, loggers);
        try
        {
            var sidecar = await AddAppAsync(engine, _stop.Token);
            await using var host = await SidecarHost.StartAsync(
                sidecar,
                new SidecarHostOptions { Addresses = flags.Addresses, HttpPort = flags.HttpPort, GrpcPort = flags.GrpcPort, HeaderBytesMax = flags.HeaderBytesMax },
                _stop.Token);
            Log.Listening(_logger, host.HttpPort, host.GrpcPort);
            await sidecar.StartAsync(_stop.Token);
            await WaitAsync(_stop.Token);
            await engine.StopAsync();
            return 0;
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            return 0;
        }
        catch (Exception exception)
        {
            // The end of the process, whatever it is: in the log, not in a crash dump.
            Log.Failed(_logger, exception);
            return 1;
        }
    }

    public void Dispose() => _stop.Dispose();

    private static async Task WaitAsync(CancellationToken cancellationToken)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellationToken.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), stopped);
        await stopped.Task;
    }

    private async Task<Sidecar> AddAppAsync(DaprEngine engine, CancellationToken cancellationToken)
    {
        var resources = await ResourceLoader.LoadAsync(flags.ResourcesPaths, environment, cancellationToken);
        foreach (var fault in resources.Faults)
        {
            Log.ResourceFault(_logger, fault);
        }

        var appToken = Text("APP_API_TOKEN");
        IAppChannel? channel = flags.AppPort > 0
            ? new HttpAppChannel(new HttpAppChannelOptions { Host = flags.AppHost, Port = flags.AppPort, Http2 = flags.AppProtocol == "h2c", ApiToken = appToken }, TimeProvider.System)
            : null;
        var options = new SidecarOptions
        {
            AppId = flags.AppId,
            ApiToken = Text("DAPR_API_TOKEN"),
            AppApiToken = appToken,
            Namespace = Text("NAMESPACE") ?? "default",
            BodyBytesMax = flags.BodyBytesMax,
            AppConcurrencyMax = flags.AppConcurrencyMax,
            AppPort = flags.AppPort,
            AppHost = flags.AppHost,
            AppProtocol = flags.AppProtocol,
            ActorsDisabled = flags.DisableActors,
            InputBindings = new InputBindingPumpOptions { ProbeTimeout = flags.BindingOptionsTimeout },
        };
        return await engine.AddAppAsync(
            options, channel, BuiltInComponents.Catalog().AddMqtt().AddSecretStores().AddRedis(), resources, environment, flags.DataFolder ?? Environment.CurrentDirectory, _stop.Cancel, cancellationToken);
    }

    private string? Text(string variable) => environment(variable) is { Length: > 0 } value ? value : null;

    private void Stop(PosixSignalContext context)
    {
        context.Cancel = true;
        _stop.Cancel();
    }

    private static partial class Log
    {
        [LoggerMessage(1200, LogLevel.Information, "Known to daprd, without effect here: {Flags}")]
        public static partial void Ignored(ILogger logger, string flags);

        [LoggerMessage(1201, LogLevel.Information, "HTTP API on port {HttpPort}, gRPC API on port {GrpcPort}")]
        public static partial void Listening(ILogger logger, int httpPort, int grpcPort);

        [LoggerMessage(1202, LogLevel.Critical, "Cannot start")]
        public static partial void Failed(ILogger logger, Exception exception);

        [LoggerMessage(1203, LogLevel.Warning, "Resource file: {Fault}")]
        public static partial void ResourceFault(ILogger logger, string fault);
    }
}
