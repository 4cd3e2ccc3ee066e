using EmbeddedDapr.Runtime;
using EmbeddedDapr.Server.Http;
using Google.Protobuf;
using Proto = global::Dapr.Client.Autogen.Grpc.v1;

namespace EmbeddedDapr.Server.Grpc;

/// <summary>The rpc of output bindings (contract section 5.4).</summary>
internal static class BindingMethods
{
    internal static IReadOnlyList<UnaryMethod> Table { get; } =
    [
        new CalledMethod<Proto.InvokeBindingRequest, Proto.InvokeBindingResponse>("InvokeBinding", Proto.InvokeBindingRequest.Parser, InvokeAsync),
    ];

    private static async ValueTask<ApiResult<Proto.InvokeBindingResponse>> InvokeAsync(
        Sidecar sidecar,
        Proto.InvokeBindingRequest request,
        HttpContext? call,
        CancellationToken cancellationToken)
    {
        var result = await sidecar.OutputBindings.InvokeAsync(request.Name, new(request.Operation, request.Data.Memory, MetadataOf(request, call, sidecar)), cancellationToken);
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
            if (call is not null && value.All(character => character is >= ' ' and < '\x7f'))
            {
                call.Response.Headers["metadata." + name.ToLowerInvariant()] = value;
            }
        }

        return response;
    }

    /// <summary>Metadata of the call is metadata of the request too, which wins (recorded: grpc-binding-mqtt); names that gRPC itself uses get <c>dapr-</c> in front.</summary>
    private static IReadOnlyDictionary<string, string> MetadataOf(Proto.InvokeBindingRequest request, HttpContext? call, Sidecar sidecar)
    {
        if (call is null)
        {
            return request.Metadata.AsReadOnly();
        }

        var all = new Dictionary<string, string>(request.Metadata, StringComparer.Ordinal);
        foreach (var (name, value) in call.Request.Headers)
        {
            var lower = name.ToLowerInvariant();
            if (!lower.EndsWith("-bin", StringComparison.Ordinal) && lower is not ("te" or "dapr-api-token"))
            {
                all.TryAdd(lower is "content-type" or "user-agent" or "host" || lower.StartsWith("grpc-", StringComparison.Ordinal) ? "dapr-" + lower : lower, value.ToString());
            }
        }

        return CallTrace.Into(all, call, sidecar);
    }
}
