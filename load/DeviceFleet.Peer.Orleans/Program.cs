using System.Security.Cryptography;
using System.Text;
using DeviceFleet.Broker;
using DeviceFleet.Broker.Access;
using DeviceFleet.Broker.Upward;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Peer.Orleans;
using EmbeddedDapr.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Storage;

// Usage: DeviceFleet.Peer.Orleans DATA_FOLDER MQTT_PORT. Then run DeviceFleet.Load against it as against DeviceFleet.Local; the key file is DATA_FOLDER/device.key.
var (data, port) = (args[0], int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture));
Directory.CreateDirectory(data);
var key = RandomNumberGenerator.GetBytes(SharedKeyPassword.KeyBytes);
await File.WriteAllTextAsync(Path.Combine(data, "device.key"), Convert.ToHexStringLower(key));

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
    new SharedKeyAuthority(key),
    new GrainHandler(host.Services.GetRequiredService<IGrainFactory>()),
    TimeProvider.System,
    NullLoggerFactory.Instance);
await broker.StartAsync(CancellationToken.None);
Console.WriteLine($"ready on port {port}, pid {Environment.ProcessId}");
await host.WaitForShutdownAsync();

internal sealed class SharedKeyAuthority(byte[] key) : IDeviceAuthority
{
    public ValueTask<DeviceVerdict> AuthenticateAsync(DeviceId device, ReadOnlyMemory<byte> password, CancellationToken cancellationToken) =>
        ValueTask.FromResult(CryptographicOperations.FixedTimeEquals(password.Span, Encoding.ASCII.GetBytes(SharedKeyPassword.For(device, key)))
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
