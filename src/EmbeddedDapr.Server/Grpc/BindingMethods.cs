using EmbeddedDapr.Runtime;
using Google.Protobuf;
using Proto = global::Dapr.Client.Autogen.Grpc.v1;

namespace EmbeddedDapr.Server.Grpc;

/// <summary>The rpc of output bindings (contract section 5.4).</summary>
internal static class BindingMethods
{
    internal static IReadOnlyList<UnaryMethod> Table { get; } =
    [
        new UnaryMethod<Proto.InvokeBindingRequest, Proto.InvokeBindingResponse>("InvokeBinding", Proto.InvokeBindingRequest.Parser, InvokeAsync),
    ];

    private static async ValueTask<ApiResult<Proto.InvokeBindingResponse>> InvokeAsync(
        Sidecar sidecar,
        Proto.InvokeBindingRequest request,
        CancellationToken cancellationToken)
    {
        var result = await sidecar.OutputBindings.InvokeAsync(request.Name, new(request.Operation, request.Data.Memory, request.Metadata.AsReadOnly()), cancellationToken);
        if (result.Error is { } error)
        {
            return error;
        }

        var response = new Proto.InvokeBindingResponse();
        if (result.Value.Data is { } data)
        {
            response.Data = UnsafeByteOperations.UnsafeWrap(data);
        }

        foreach (var (name, value) in result.Value.Metadata ?? new Dictionary<string, string>())
        {
            response.Metadata.Add(name, value);
        }

        return response;
    }
}
