using EmbeddedDapr.Runtime;
using Proto = global::Dapr.Client.Autogen.Grpc.v1;

namespace EmbeddedDapr.Server.Grpc;

/// <summary>The rpcs of the secrets API (contract section 7.1).</summary>
internal static class SecretMethods
{
    internal static IReadOnlyList<UnaryMethod> Table { get; } =
    [
        new UnaryMethod<Proto.GetSecretRequest, Proto.GetSecretResponse>("GetSecret", Proto.GetSecretRequest.Parser, GetAsync),
        new UnaryMethod<Proto.GetBulkSecretRequest, Proto.GetBulkSecretResponse>("GetBulkSecret", Proto.GetBulkSecretRequest.Parser, GetAllAsync),
    ];

    private static async ValueTask<ApiResult<Proto.GetSecretResponse>> GetAsync(Sidecar sidecar, Proto.GetSecretRequest request, CancellationToken cancellationToken)
    {
        var result = await sidecar.Secrets.GetAsync(request.StoreName, request.Key, request.Metadata.AsReadOnly(), cancellationToken);
        if (result.Error is { } error)
        {
            return error;
        }

        var response = new Proto.GetSecretResponse();
        foreach (var (name, value) in result.Value)
        {
            response.Data.Add(name, value);
        }

        return response;
    }

    private static async ValueTask<ApiResult<Proto.GetBulkSecretResponse>> GetAllAsync(
        Sidecar sidecar,
        Proto.GetBulkSecretRequest request,
        CancellationToken cancellationToken)
    {
        var result = await sidecar.Secrets.GetAllAsync(request.StoreName, cancellationToken);
        if (result.Error is { } error)
        {
            return error;
        }

        var response = new Proto.GetBulkSecretResponse();
        foreach (var (key, secret) in result.Value)
        {
            var values = new Proto.SecretResponse();
            foreach (var (name, value) in secret)
            {
                values.Secrets.Add(name, value);
            }

            response.Data.Add(key, values);
        }

        return response;
    }
}
