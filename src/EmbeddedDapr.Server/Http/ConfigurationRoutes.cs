using EmbeddedDapr.Configuration.Stores;
using EmbeddedDapr.Runtime;

namespace EmbeddedDapr.Server.Http;

/// <summary>The HTTP routes of the configuration API (Dapr API reference, configuration); the alpha paths do the same.</summary>
internal static class ConfigurationRoutes
{
    private const int StoreSegment = 2;
    private const int IdSegment = 3;

    internal static void MapConfiguration(this IEndpointRouteBuilder routes, Sidecar sidecar)
    {
        foreach (var version in new[] { "/v1.0", "/v1.0-alpha1" })
        {
            routes.MapGet(version + "/configuration/{store}", (RequestDelegate)(context => GetAsync(context, sidecar)));
            routes.MapGet(version + "/configuration/{store}/subscribe", (RequestDelegate)(context => SubscribeAsync(context, sidecar)));
            routes.MapGet(version + "/configuration/{store}/{id}/unsubscribe", (RequestDelegate)(context => UnsubscribeAsync(context, sidecar)));
        }
    }

    private static List<string> Keys(HttpContext context) => [.. context.Request.Query["key"].Select(key => key ?? string.Empty)];

    private static async Task GetAsync(HttpContext context, Sidecar sidecar)
    {
        var result = await sidecar.ConfigurationStores.GetAsync(context.PathSegment(StoreSegment), Keys(context), context.RequestAborted);
        if (result.Error is { } error)
        {
            await context.WriteErrorAsync(error);
        }
        else if (result.Value.Count == 0)
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
        else
        {
            await context.WriteJsonAsync(writer => ConfigurationJson.WriteItems(writer, result.Value));
        }
    }

    private static async Task SubscribeAsync(HttpContext context, Sidecar sidecar)
    {
        var result = await sidecar.ConfigurationStores.SubscribeAppAsync(context.PathSegment(StoreSegment), Keys(context), context.RequestAborted);
        await (result.Error is { } error
            ? context.WriteErrorAsync(error)
            : context.WriteJsonAsync(writer =>
            {
                writer.WriteStartObject();
                writer.WriteString("id"u8, result.Value);
                writer.WriteEndObject();
            }));
    }

    private static async Task UnsubscribeAsync(HttpContext context, Sidecar sidecar)
    {
        if (sidecar.ConfigurationStores.Check(context.PathSegment(StoreSegment)) is { } refusal)
        {
            await context.WriteErrorAsync(refusal);
            return;
        }

        var why = await sidecar.ConfigurationStores.UnsubscribeAppAsync(context.PathSegment(IdSegment));
        await context.WriteJsonAsync(
            writer =>
            {
                writer.WriteStartObject();
                if (why is null)
                {
                    writer.WriteBoolean("ok"u8, true);
                }
                else
                {
                    writer.WriteString("message"u8, why);
                }

                writer.WriteEndObject();
            },
            why is null ? StatusCodes.Status200OK : StatusCodes.Status500InternalServerError);
    }
}
