using System.Text.Json;
using EmbeddedDapr.Runtime;

namespace EmbeddedDapr.Server.Http;

/// <summary>The HTTP routes of the secrets API (Dapr API reference, secrets).</summary>
internal static class SecretRoutes
{
    internal static void MapSecrets(this IEndpointRouteBuilder routes, Sidecar sidecar)
    {
        routes.MapGet("/v1.0/secrets/{store}/bulk", (RequestDelegate)(context => GetAllAsync(context, sidecar)));
        routes.MapGet("/v1.0/secrets/{store}/{key}", (RequestDelegate)(context => GetAsync(context, sidecar)));
    }

    private static async Task GetAsync(HttpContext context, Sidecar sidecar)
    {
        var metadata = context.QueryMetadata() ?? new Dictionary<string, string>();
        var result = await sidecar.Secrets.GetAsync(context.PathSegment(2), context.PathSegment(3), metadata, context.RequestAborted);
        await (result.Error is { } error ? context.WriteErrorAsync(error) : context.WriteJsonAsync(writer => WriteMap(writer, result.Value)));
    }

    private static async Task GetAllAsync(HttpContext context, Sidecar sidecar)
    {
        var result = await sidecar.Secrets.GetAllAsync(context.PathSegment(2), context.RequestAborted);
        if (result.Error is { } error)
        {
            await context.WriteErrorAsync(error);
            return;
        }

        await context.WriteJsonAsync(writer =>
        {
            writer.WriteStartObject();
            foreach (var (key, secret) in result.Value)
            {
                writer.WritePropertyName(key);
                WriteMap(writer, secret);
            }

            writer.WriteEndObject();
        });
    }

    private static void WriteMap(Utf8JsonWriter writer, IReadOnlyDictionary<string, string> map)
    {
        writer.WriteStartObject();
        foreach (var (name, value) in map)
        {
            writer.WriteString(name, value);
        }

        writer.WriteEndObject();
    }
}
