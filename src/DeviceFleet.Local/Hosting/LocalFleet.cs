using System.Net;
using Dapr.Actors.Client;
using DeviceFleet.Broker;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Devices;
using DeviceFleet.Gateway;
using DeviceFleet.Gateway.Auth;
using DeviceFleet.Local.Data;
using DeviceFleet.Provisioning;
using DeviceFleet.Provisioning.Access;
using DeviceFleet.Simulator;
using DeviceFleet.Simulator.Firmware;
using EmbeddedDapr.Actors;
using EmbeddedDapr.Components;
using EmbeddedDapr.Components.Mqtt;
using EmbeddedDapr.Components.Redis;
using EmbeddedDapr.Components.Secrets;
using EmbeddedDapr.Runtime;
using Spectre.Console;

namespace DeviceFleet.Local.Hosting;

/// <summary>All of it in one process: the runtime, the broker, the services, and simulated devices on request.</summary>
internal sealed class LocalFleet : IAsyncDisposable
{
    private readonly LocalOptions _options;
    private readonly TimeProvider _time;
    private readonly DataFolder _data;
    private readonly ILoggerFactory _loggers;
    private readonly DaprEngine _engine;
    private readonly BrokerLink _link = new();
    private readonly ProvisioningAuthority _authority = new();
    private readonly List<InProcessService> _services = [];
    private FleetBroker? _broker;

    private LocalFleet(LocalOptions options, TimeProvider time, DataFolder data)
    {
        _options = options;
        _time = time;
        _data = data;
        StarterSettings.EnsureIn(data);
        ServiceSecrets.EnsureIn(data);
        _loggers = LoggerFactory.Create(logging => logging.SetMinimumLevel(options.LogLevel).AddSimpleConsole(console => console.SingleLine = true));
        _engine = new DaprEngine(new ActorRuntimeOptions(), time, _loggers);
    }

    public string DataPath => _data.Path;

    public string MqttAddress => $"mqtt://{Reachable}:{_broker!.Port}";

    /// <summary>Asks the actors of all services, for tests that audit what is stored.</summary>
    internal IActorProxyFactory Actors => Service(DaprNames.ProvisioningApp).App.Services.GetRequiredService<IActorProxyFactory>();

    private string Reachable => _options.Listen.Equals(IPAddress.Any) || _options.Listen.Equals(IPAddress.IPv6Any) ? "127.0.0.1" : _options.Listen.ToString();

    private InProcessService Gateway => Service(DaprNames.GatewayApp);

    /// <summary>
    /// Starts everything, the broker last: a device that can connect finds everything behind it ready.
    /// </summary>
    /// <exception cref="LocalStartException">Something that the user can mend is in the way.</exception>
    public static async Task<LocalFleet> StartAsync(LocalOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var fleet = new LocalFleet(options, time, DataFolder.Open(options.DataFolder));
        try
        {
            await fleet.StartAsync(cancellationToken);
            return fleet;
        }
        catch (Exception fault)
        {
            await fleet.DisposeAsync();
            if (fault is ComponentException refused)
            {
                throw new LocalStartException(refused.Message, refused);
            }

            throw;
        }
    }

    /// <summary>A link that signs a browser in for a while.</summary>
    public string NewSignInLink() =>
        Gateway.App.Services.GetRequiredService<SignInLinks>().Create($"http://{Reachable}:{Gateway.Port}");

    /// <summary>Runs the simulated devices, if any, until cancelled. Returns only then.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (_options.Devices > 0)
        {
            var interactive = AnsiConsole.Profile.Capabilities.Interactive && !Console.IsOutputRedirected;
            await SimulatedFleet.RunAsync(
                new SimulatorOptions
                {
                    Provisioning = await SimulatorEnrolment.EnsureAsync(Actors, _data, _time, cancellationToken),
                    IdentitiesPath = Path.Combine(_data.Path, "simulator-identities.jsonl"),
                    Firmware = new SimulatorFirmware
                    {
                        Url = new Uri($"http://{Reachable}:{Gateway.Port}"), StatePath = Path.Combine(_data.Path, "simulator-firmware.jsonl"),
                    },
                    Host = Reachable,
                    Port = _broker!.Port,
                    Devices = _options.Devices,
                    Rate = _options.Rate,
                    Profile = _options.Profile,
                    Seed = _options.Seed,
                    StopTimeout = TimeSpan.FromSeconds(1), // twice at most; the whole stop has 5 s
                },
                _time,
                interactive ? AnsiConsole.Console : null,
                cancellationToken);
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Stops inputs first and the database last, so that whatever is acknowledged has been finished.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_broker is not null)
        {
            await _broker.DisposeAsync();
        }

        await _engine.StopAsync();
        foreach (var service in Enumerable.Reverse(_services))
        {
            await service.DisposeAsync();
        }

        await _engine.DisposeAsync();
        _loggers.Dispose();
        _data.Dispose();
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        _broker = new FleetBroker(
            new BrokerOptions { Port = _options.MqttPort, Address = _options.Listen }, _authority, _link, _time, _loggers);
        _link.Broker = _broker;

        var resources = await ResourceLoader.LoadAsync([_options.ResourcesFolder], ReadEnvironment, cancellationToken);
        var catalog = BuiltInComponents.Catalog().AddMqtt(_link).AddSecretStores().AddRedis();
        var host = new InProcessServiceHost(_engine, catalog, resources, ReadEnvironment, _data.Path, _time, _loggers);
        _services.Add(await host.AddAsync(DaprNames.DevicesApp, DevicesService.Build, listen: null, [], cancellationToken));
        _services.Add(await host.AddAsync(DaprNames.ProvisioningApp, ProvisioningService.Build, listen: null, [], cancellationToken));
        _authority.Access = Service(DaprNames.ProvisioningApp).App.Services.GetRequiredService<IMqttAccess>();
        try
        {
            _services.Add(await host.AddAsync(
                DaprNames.GatewayApp,
                GatewayService.Build,
                new IPEndPoint(_options.Listen, _options.HttpPort),
                [new("Auth:KeyFile", LocalKeys.SignInKeyFile(_data))],
                cancellationToken));
        }
        catch (IOException fault)
        {
            throw new LocalStartException($"Port {_options.HttpPort} cannot be used ({fault.Message}). Choose another with --http-port.", fault);
        }

        await Task.WhenAll(_services.Select(service => service.Sidecar.StartAsync(cancellationToken)));
        try
        {
            await _broker.StartAsync(cancellationToken);
        }
        catch (IOException fault)
        {
            throw new LocalStartException($"Port {_options.MqttPort} cannot be used ({fault.Message}). Choose another with --mqtt-port.", fault);
        }
    }

    private InProcessService Service(string appId) => _services.Single(service => service.AppId == appId);

    /// <summary>What components/local refers to; anything else is the process's environment.</summary>
    private string? ReadEnvironment(string name) => name switch
    {
        "DEVICEFLEET_DATABASE" => _data.Database,
        "DEVICEFLEET_MQTT_URL" => $"mqtt://{Reachable}:{_options.MqttPort}",
        _ => Environment.GetEnvironmentVariable(name),
    };
}
