using System.Text.Json;
using EmbeddedDapr.Bindings;
using EmbeddedDapr.Runtime;

namespace EmbeddedDapr.Server.Http;

/// <summary>The HTTP route of output bindings (Dapr API reference, bindings).</summary>
internal static class BindingRoutes
{
    private const string RequestType = "OutputBindingRequest";

    private static readonly string[] PostOrPut = ["POST", "PUT"];

    internal static void MapBindings(this IEndpointRouteBuilder routes, Sidecar sidecar) =>
        routes.MapMethods("/v1.0/bindings/{name}", PostOrPut, context => InvokeAsync(context, sidecar));

    private static async Task InvokeAsync(HttpContext context, Sidecar sidecar)
    {
        var body = await context.ReadBodyAsync(sidecar.Options.BodyBytesMax);
        var why = RequestBody.TooLarge;
        if ((body.IsTooLarge ? null : Read(body.Data, out why)) is not { } request)
        {
            await context.WriteErrorAsync(ApiErrors.MalformedRequest(why));
            return;
        }

        var result = await sidecar.OutputBindings.InvokeAsync(
            context.PathSegment(2), request with { Metadata = CallTrace.Into(request.Metadata, context, sidecar) }, context.RequestAborted);
        SetMetadata(context.Response, result.Error is null ? result.Value.Metadata : result.Error.Headers);
        if (result.Error is { } error)
        {
            await context.WriteErrorAsync(error);
            return;
        }

        if (result.Value.Data is { } data)
        {
            await context.WriteBodyAsync(StatusCodes.Status200OK, data);
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
    }

    /// <summary>What a service answered may be anything: what cannot be a header stays behind.</summary>
    private static void SetMetadata(HttpResponse response, IReadOnlyDictionary<string, string>? metadata)
    {
        foreach (var (name, value) in metadata ?? new Dictionary<string, string>())
        {
            if (value.All(character => character is >= ' ' and < '\x7f'))
            {
                response.Headers["metadata." + name] = value;
            }
        }
    }

    /// <summary>The payload is the JSON of <c>data</c>, decoded and encoded again; without any it is <c>null</c> (recorded: binding-out-data-forms).</summary>
    private static OutputBindingRequest? Read(ReadOnlyMemory<byte> body, out string error)
    {
        if (GoJson.ParseBody(body, out error) is not { } document)
        {
            return null;
        }

        using (document)
        {
            var root = document.RootElement;
            if (root.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null))
            {
                error = JsonMembers.WrongValue(root, "http.OutputBindingRequest");
                return null;
            }

            byte[]? data = null;
            if (!root.TryText(RequestType, "operation", out var operation, ref error)
                || !root.TryMap(RequestType, "metadata", out var metadata, ref error)
                || (data = root.Member("data") is { } given ? GoJson.Reencode(given, out error) : "null"u8.ToArray()) is null)
            {
                return null;
            }

            return new(operation, data, metadata ?? new Dictionary<string, string>());
        }
    }
}
