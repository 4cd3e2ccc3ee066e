using Dapr.Actors;
using Dapr.Actors.Client;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Gateway.Fleet;

/// <summary>Asks device actors what they know of themselves.</summary>
internal sealed class DeviceViews(IActorProxyFactory factory)
{
    public Task<DeviceView> GetAsync(DeviceId id, CancellationToken cancellationToken) =>
        factory.Create(new ActorId(id.Value), DeviceActorMethods.ActorType).InvokeMethodAsync<DeviceView>(DeviceActorMethods.GetView, cancellationToken);

    /// <summary>The SDK makes a proxy factory only for services that host actors; this one is made from the same settings.</summary>
    public static IActorProxyFactory CreateFactory(IConfiguration configuration)
    {
        var options = new ActorProxyOptions { JsonSerializerOptions = ContractsJson.Default.Options };
        if (configuration["DAPR_HTTP_ENDPOINT"] is { Length: > 0 } endpoint)
        {
            options.HttpEndpoint = endpoint.TrimEnd('/');
        }
        else if (configuration["DAPR_HTTP_PORT"] is { Length: > 0 } port)
        {
            options.HttpEndpoint = $"http://127.0.0.1:{port}";
        }

        if (configuration["DAPR_API_TOKEN"] is { Length: > 0 } token)
        {
            options.DaprApiToken = token;
        }

        return new ActorProxyFactory(options);
    }
}
