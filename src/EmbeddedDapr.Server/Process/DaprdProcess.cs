using System.Runtime.InteropServices;
using EmbeddedDapr.Actors;
using EmbeddedDapr.Apps;
using EmbeddedDapr.Bindings;
using EmbeddedDapr.Components;
using EmbeddedDapr.Components.Mqtt;
using EmbeddedDapr.Components.Redis;
using EmbeddedDapr.Components.Secrets;
using EmbeddedDapr.Components.Sqlite.Schedules;
using EmbeddedDapr.Runtime;
using EmbeddedDapr.Runtime.Configuration;

namespace EmbeddedDapr.Server.Process;

/// <summary>A sidecar as a process of its own, in daprd's place: one engine, one app over HTTP.</summary>
internal sealed partial class DaprdProcess(DaprdFlags flags, Func<string, string?> environment, ILoggerFactory loggers) : IAsyncDisposable
{
    private const int Failed = 1;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<int> _exitCode = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IAppChannel? _probes;
    private readonly ILogger _logger = loggers.CreateLogger<DaprdProcess>();

    /// <summary>Runs until a signal or <c>/v1.0/shutdown</c>; answers the exit code.</summary>
    public async Task<int> RunAsync()
    {
        InheritedSignals.Honour();
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        Log.Ignored(_logger, string.Join(", ", flags.Ignored.Distinct()));
        var (configuration, faults) = await ConfigurationFiles.ReadAsync(flags.Configurations, environment, _stop.Token);
        foreach (var fault in faults)
        {
            Log.Refused(_logger, fault);
        }

        if (faults.Count > 0)
        {
            return Failed;
        }

        await using var engine = new DaprEngine(new ActorRuntimeOptions { StopTimeout = flags.GracefulShutdown, CancelTurnsOnStop = true }, TimeProvider.System, loggers);
        try
        {
            var sidecar = await AddAppAsync(engine, configuration, _stop.Token);
            await using var host = await SidecarHost.StartAsync(sidecar, HostOptions(), _stop.Token);
            await using var peers = await StartPeersAsync(sidecar, host.HttpPort, _stop.Token);
            Log.Listening(_logger, host.HttpPort, host.GrpcPort);
            await RunAsync(sidecar);
            if (_exitCode.Task.IsCompleted)
            {
                return await _exitCode.Task;
            }

            // Callers are served until nothing comes in any more: an actor that finishes its turn saves its state through this API.
            await engine.StopAsync();
            await host.StopAsync(flags.GracefulShutdown);
            return 0;
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            return 0;
        }
        catch (ComponentException exception)
        {
            Log.Refused(_logger, exception.Message);
            return Failed;
        }
        catch (Exception exception)
        {
            // The end of the process, whatever it is: in the log, not in a crash dump.
            Log.Failed(_logger, exception);
            return Failed;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _peers.Dispose();
        _stop.Dispose();
        if (_probes is not null)
        {
            await _probes.DisposeAsync();
        }
    }

    private async Task RunAsync(Sidecar sidecar)
    {
        // The app may never come; a stop does not wait for it.
        try
        {
            await sidecar.StartAsync(_stop.Token);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }

        await WaitAsync(_stop.Token);
        if (flags.BlockShutdown > TimeSpan.Zero && !_exitCode.Task.IsCompleted)
        {
            Log.Blocked(_logger, flags.BlockShutdown);
            await Task.WhenAny(Task.Delay(flags.BlockShutdown, TimeProvider.System, CancellationToken.None), _exitCode.Task);
        }
    }

    private static async Task WaitAsync(CancellationToken cancellationToken)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellationToken.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), stopped);
        await stopped.Task;
    }

    private SidecarHostOptions HostOptions() => new()
    {
        Addresses = flags.Addresses,
        HttpPort = flags.HttpPort,
        GrpcPort = flags.GrpcPort,
        HeaderBytesMax = flags.HeaderBytesMax,
        AllowedOrigins = flags.AllowedOrigins,
        AcceptsHttp2 = Text("DAPR_HTTP_DISABLE_H2C")?.ToLowerInvariant() is not ("1" or "t" or "true" or "y" or "yes" or "on"),
        Ports = new SidecarPorts
        {
            Public = flags.PublicPort > 0 ? flags.PublicPort : null,
            PublicAddresses = flags.PublicAddresses,
            Metrics = flags.EnableMetrics ? flags.MetricsPort : null,
            MetricsAddresses = flags.MetricsAddresses,
        },
    };

    private async Task<Sidecar> AddAppAsync(DaprEngine engine, RuntimeConfiguration configuration, CancellationToken cancellationToken)
    {
        var resources = await ResourceLoader.LoadAsync(flags.ResourcesPaths, environment, cancellationToken);
        foreach (var fault in resources.Faults)
        {
            Log.ResourceFault(_logger, fault);
        }

        var appToken = Text("APP_API_TOKEN");
        var channel = AppChannel(appToken);
        var options = new SidecarOptions
        {
            AppId = flags.AppId,
            Peers = _peers,
            HostAddress = Text("DAPR_HOST_IP") ?? "127.0.0.1",
            ApiToken = Text("DAPR_API_TOKEN"),
            AppApiToken = appToken,
            Namespace = Text("NAMESPACE") ?? "default",
            BodyBytesMax = flags.BodyBytesMax,
            AppConcurrencyMax = flags.AppConcurrencyMax,
            AppPort = flags.AppPort,
            AppHost = flags.AppHost,
            AppProtocol = flags.AppProtocol,
            ActorsDisabled = flags.DisableActors,
            Configuration = configuration with { ApiLogging = configuration.ApiLogging with { IsEnabled = flags.EnableApiLogging ?? configuration.ApiLogging.IsEnabled } },
            IsMeasured = flags.EnableMetrics,
            AppHealth = flags.AppHealth,
            AppProbe = flags.AppHealth is { } health && flags.AppPort > 0 ? HealthProbe(health) : null,
            DisabledInitEndpoints = flags.DisabledInitEndpoints,
            SchedulerAddresses = flags.SchedulerAddresses,
            InputBindings = new InputBindingPumpOptions { ProbeTimeout = flags.BindingOptionsTimeout },
        };
        var sidecar = await engine.AddAppAsync(
            options, channel, BuiltInComponents.Catalog().AddMqtt().AddSecretStores().AddRedis().AddScheduleFile(), resources, environment, flags.DataFolder ?? Environment.CurrentDirectory, Shutdown, cancellationToken);
        ConnectOutputs(channel, sidecar);
        return sidecar;
    }

    private string? Text(string variable) => environment(variable) is { Length: > 0 } value ? value : null;

    /// <summary>The first signal drains, the second ends the process as it is.</summary>
    private void Stop(PosixSignalContext context)
    {
        context.Cancel = true;
        Shutdown(isForced: _stop.IsCancellationRequested);
    }

    private void Shutdown(bool isForced)
    {
        if (isForced)
        {
            Log.Forced(_logger);
            _exitCode.TrySetResult(Failed);
        }

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

        [LoggerMessage(1204, LogLevel.Critical, "Fatal error from runtime: {Fault}")]
        public static partial void Refused(ILogger logger, string fault);

        [LoggerMessage(1205, LogLevel.Information, "Blocking graceful shutdown for {Duration}")]
        public static partial void Blocked(ILogger logger, TimeSpan duration);

        [LoggerMessage(1206, LogLevel.Warning, "Ended at once, as asked")]
        public static partial void Forced(ILogger logger);

        [LoggerMessage(1203, LogLevel.Warning, "Resource file: {Fault}")]
        public static partial void ResourceFault(ILogger logger, string fault);
    }
}
