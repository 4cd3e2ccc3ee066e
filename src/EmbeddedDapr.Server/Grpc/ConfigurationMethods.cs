using EmbeddedDapr.Configuration.Stores;
using EmbeddedDapr.Runtime;
using Proto = global::Dapr.Client.Autogen.Grpc.v1;

namespace EmbeddedDapr.Server.Grpc;

/// <summary>The rpcs of the configuration API (contract section 7.2); the alpha names do the same.</summary>
internal static class ConfigurationMethods
{
    private static readonly string[] Suffixes = [string.Empty, "Alpha1"];

    internal static IReadOnlyList<UnaryMethod> Table { get; } =
    [
        .. Suffixes.Select(suffix => new UnaryMethod<Proto.GetConfigurationRequest, Proto.GetConfigurationResponse>(
            "GetConfiguration" + suffix, Proto.GetConfigurationRequest.Parser, GetAsync)),
        .. Suffixes.Select(suffix => new UnaryMethod<Proto.UnsubscribeConfigurationRequest, Proto.UnsubscribeConfigurationResponse>(
            "UnsubscribeConfiguration" + suffix, Proto.UnsubscribeConfigurationRequest.Parser, UnsubscribeAsync)),
    ];

    internal static IReadOnlyList<ServerStreamMethod> Streams { get; } =
    [
        .. Suffixes.Select(suffix => new ServerStreamMethod<Proto.SubscribeConfigurationRequest, Proto.SubscribeConfigurationResponse>(
            "SubscribeConfiguration" + suffix, Proto.SubscribeConfigurationRequest.Parser, SubscribeAsync)),
    ];

    private static async ValueTask<ApiResult<Proto.GetConfigurationResponse>> GetAsync(
        Sidecar sidecar, Proto.GetConfigurationRequest request, CancellationToken cancellationToken)
    {
        var result = await sidecar.ConfigurationStores.GetAsync(request.StoreName, request.Keys, cancellationToken);
        if (result.Error is { } error)
        {
            return error;
        }

        var response = new Proto.GetConfigurationResponse();
        foreach (var (key, item) in result.Value)
        {
            response.Items.Add(key, Item(item));
        }

        return response;
    }

    private static ValueTask<ApiError?> SubscribeAsync(
        Sidecar sidecar,
        Proto.SubscribeConfigurationRequest request,
        Func<Proto.SubscribeConfigurationResponse, ValueTask> write,
        CancellationToken cancellationToken) => sidecar.ConfigurationStores.StreamAsync(
            request.StoreName,
            request.Keys,
            id => write(new Proto.SubscribeConfigurationResponse { Id = id }),
            (id, key, item) => write(new Proto.SubscribeConfigurationResponse { Id = id, Items = { [key] = Item(item) } }),
            cancellationToken);

    /// <summary>The store's name is not looked at (recorded: grpc-config-stores).</summary>
    private static async ValueTask<ApiResult<Proto.UnsubscribeConfigurationResponse>> UnsubscribeAsync(
        Sidecar sidecar, Proto.UnsubscribeConfigurationRequest request, CancellationToken cancellationToken)
    {
        var why = await sidecar.ConfigurationStores.UnsubscribeStreamAsync(request.Id);
        return new Proto.UnsubscribeConfigurationResponse { Ok = why is null, Message = why ?? string.Empty };
    }

    private static Proto.ConfigurationItem Item(ConfigurationItem item)
    {
        var response = new Proto.ConfigurationItem { Value = item.Value, Version = item.Version };
        foreach (var (name, value) in item.Metadata ?? new Dictionary<string, string>())
        {
            response.Metadata.Add(name, value);
        }

        return response;
    }
}
