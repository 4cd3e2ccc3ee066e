using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DeviceFleet.Broker;
using DeviceFleet.Broker.Access;
using DeviceFleet.Broker.Upward;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Peer.Orleans;
using DeviceFleet.Simulator.Provisioning;
using EmbeddedDapr.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Storage;

// Usage: DeviceFleet.Peer.Orleans DATA_FOLDER MQTT_PORT DEVICES. Then run DeviceFleet.Load against it as against DeviceFleet.Local; its devices' identities are in
// DATA_FOLDER/identities.jsonl.
var (data, port, devices) = (args[0], int.Parse(args[1], CultureInfo.InvariantCulture), int.Parse(args[2], CultureInfo.InvariantCulture));
Directory.CreateDirectory(data);
var identities = Enumerable.Range(1, devices).Select(number => string.Create(CultureInfo.InvariantCulture, $"load-{number:D5}")).Select(id => new SimulatorIdentity
{
    HardwareId = id, DeviceId = DeviceId.Parse(id), CredentialId = "peer", Secret = RandomNumberGenerator.GetHexString(64, lowercase: true),
}).ToList();
IdentityFile.Write(Path.Combine(data, "identities.jsonl"), identities);

var spec = new ComponentSpec
{
    Name = "peer",
    Type = "state.sqlite",
    Metadata = new ComponentMetadata([new("connectionString", Path.Combine(data, "peer.db"))]),
};
var context = new ComponentContext
{
    AppId = "peer",
    Namespace = "default",
    Time = TimeProvider.System,
    Loggers = NullLoggerFactory.Instance,
    Environment = static _ => null,
    BaseDirectory = data,
};
await using var store = await BuiltInComponents.Catalog().StateStores[spec.Type](spec, context, CancellationToken.None);

var builder = Host.CreateApplicationBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddSingleton(TimeProvider.System);
builder.UseOrleans(silo =>
{
    silo.UseLocalhostClustering(siloPort: port + 1, gatewayPort: port + 2);
    silo.Services.AddKeyedSingleton<IGrainStorage>("store", (_, _) => new SqliteGrainStorage(store));
});
using var host = builder.Build();
await host.StartAsync();

await using var broker = new FleetBroker(
    new BrokerOptions { Port = port },
    new ListAuthority(identities),
    new GrainHandler(host.Services.GetRequiredService<IGrainFactory>()),
    TimeProvider.System,
    NullLoggerFactory.Instance);
await broker.StartAsync(CancellationToken.None);
Console.WriteLine($"ready on port {port}, pid {Environment.ProcessId}");
await host.WaitForShutdownAsync();

internal sealed class ListAuthority(IEnumerable<SimulatorIdentity> identities) : IDeviceAuthority
{
    private readonly Dictionary<DeviceId, byte[]> _secrets = identities.ToDictionary(identity => identity.DeviceId, identity => Encoding.UTF8.GetBytes(identity.Secret));

    public ValueTask<DeviceVerdict> AuthenticateAsync(DeviceId device, ReadOnlyMemory<byte> password, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_secrets.TryGetValue(device, out var secret) && CryptographicOperations.FixedTimeEquals(password.Span, secret)
            ? DeviceVerdict.Accepted
            : DeviceVerdict.Refused(RejectionReasons.BadCredentials, "Wrong password."));
}

internal sealed class GrainHandler(IGrainFactory grains) : IUpwardHandler
{
    public async ValueTask<UpwardVerdict> HandleAsync(UpwardMessage message, CancellationToken cancellationToken)
    {
        if (message.Kind != DeviceTopicKind.Telemetry)
        {
            return UpwardVerdict.Accepted;
        }

        return await grains.GetGrain<IDeviceGrain>(message.DeviceId.Value).Ingest(message.Payload.ToArray()) ? UpwardVerdict.Accepted : UpwardVerdict.Failed;
    }

    public ValueTask RejectedAsync(RejectedEvent rejection, CancellationToken cancellationToken) => ValueTask.CompletedTask;
}
