using System.Text;
using System.Text.Json;
using EmbeddedDapr.Runtime;

namespace EmbeddedDapr.Server.Http;

/// <summary>Health, metadata, shutdown (contract section 1.3).</summary>
internal static class RuntimeRoutes
{
    private const int KeySegment = 2;
    private static readonly string[] Put = ["PUT"];

    internal static void MapRuntime(this IEndpointRouteBuilder routes, Sidecar sidecar)
    {
        routes.MapGet("/v1.0/healthz", (RequestDelegate)(context => HealthAsync(context, sidecar)));
        routes.MapGet("/v1.0/healthz/outbound", (RequestDelegate)(context => OutboundAsync(context, sidecar)));
        routes.MapGet("/v1.0/metadata", (RequestDelegate)(context => context.WriteJsonAsync(writer => WriteMetadata(writer, sidecar))));
        routes.MapMethods("/v1.0/metadata/{key}", Put, context => SetAttributeAsync(context, sidecar));
        routes.MapPost("/v1.0/shutdown", (RequestDelegate)(context => ShutdownAsync(context, sidecar)));
    }

    private static Task HealthAsync(HttpContext context, Sidecar sidecar)
    {
        if (context.Request.Query.TryGetValue("appid", out var appId) && appId != sidecar.Options.AppId)
        {
            return context.WriteErrorAsync(new("ERR_HEALTH_APPID_NOT_MATCH", "dapr app-id does not match", 500, GrpcCode.Internal));
        }

        return context.WriteOutcomeAsync(sidecar.Phase == SidecarPhase.Ready ? null : new("ERR_HEALTH_NOT_READY", "dapr is not ready: [runtime]", 500, GrpcCode.Internal));
    }

    private static Task OutboundAsync(HttpContext context, Sidecar sidecar) => context.WriteOutcomeAsync(
        sidecar.Phase is SidecarPhase.Outbound or SidecarPhase.Ready
            ? null
            : new("ERR_OUTBOUND_HEALTH_NOT_READY", "dapr outbound is not ready", 500, GrpcCode.Internal));

    private static async Task SetAttributeAsync(HttpContext context, Sidecar sidecar)
    {
        var body = await context.ReadBodyAsync(sidecar.Options.BodyBytesMax);
        if (body.IsTooLarge)
        {
            await context.WriteErrorAsync(new("ERR_BODY_READ", RequestBody.TooLarge, 400, GrpcCode.InvalidArgument));
            return;
        }

        sidecar.SetAttribute(context.PathSegment(KeySegment), Encoding.UTF8.GetString(body.Data.Span));
        await context.WriteOutcomeAsync(null);
    }

    private static async Task ShutdownAsync(HttpContext context, Sidecar sidecar)
    {
        await context.WriteOutcomeAsync(null);
        await context.Response.CompleteAsync();
        sidecar.Shutdown?.Invoke();
    }

    private static void WriteMetadata(Utf8JsonWriter writer, Sidecar sidecar)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, sidecar.Options.AppId);
        writer.WriteString("runtimeVersion"u8, Sidecar.RuntimeVersion);
        var active = sidecar.ActorRuntime.CountActive(sidecar);
        if (active.Count > 0)
        {
            WriteActors(writer, "actors"u8, active);
        }

        WriteComponents(writer, sidecar);
        writer.WriteStartObject("extended"u8);
        foreach (var (name, value) in sidecar.Attributes)
        {
            writer.WriteString(name, value);
        }

        writer.WriteString("daprRuntimeVersion"u8, Sidecar.RuntimeVersion);
        writer.WriteEndObject();
        WriteSubscriptions(writer, sidecar);
        WriteApp(writer, sidecar.Options);
        var (status, ready, placement) = ActorStatus(sidecar);
        writer.WriteStartObject("actorRuntime"u8);
        writer.WriteString("runtimeStatus"u8, status);
        if (active.Count > 0)
        {
            WriteActors(writer, "activeActors"u8, active);
        }

        writer.WriteBoolean("hostReady"u8, ready);
        writer.WriteString("placement"u8, placement);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    /// <summary>Status, whether types are advertised, and the text about placement.</summary>
    internal static (string Status, bool Ready, string Placement) ActorStatus(Sidecar sidecar) => (sidecar.Actors.HasStateStore, sidecar.Phase) switch
    {
        (false, _) => ("DISABLED", false, "placement: disconnected"),
        (_, SidecarPhase.Ready) => ("RUNNING", sidecar.App is not null, "placement: connected"),
        _ => ("INITIALIZING", false, string.Empty),
    };

    private static void WriteActors(Utf8JsonWriter writer, ReadOnlySpan<byte> name, IReadOnlyList<KeyValuePair<string, int>> active)
    {
        writer.WriteStartArray(name);
        foreach (var (type, count) in active)
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, type);
            if (count > 0)
            {
                writer.WriteNumber("count"u8, count);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteComponents(Utf8JsonWriter writer, Sidecar sidecar)
    {
        var components = sidecar.DescribeComponents();
        if (components.Count == 0)
        {
            return;
        }

        writer.WriteStartArray("components"u8);
        foreach (var component in components)
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, component.Name);
            writer.WriteString("type"u8, component.Type);
            writer.WriteString("version"u8, component.Version);
            if (component.Capabilities.Count > 0)
            {
                writer.WriteStartArray("capabilities"u8);
                foreach (var capability in component.Capabilities)
                {
                    writer.WriteStringValue(capability);
                }

                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteSubscriptions(Utf8JsonWriter writer, Sidecar sidecar)
    {
        if (sidecar.Subscriptions.Count == 0)
        {
            return;
        }

        writer.WriteStartArray("subscriptions"u8);
        foreach (var subscription in sidecar.Subscriptions)
        {
            writer.WriteStartObject();
            writer.WriteString("pubsubname"u8, subscription.PubSubName);
            writer.WriteString("topic"u8, subscription.Topic);
            if (subscription.Metadata.Count > 0)
            {
                writer.WriteStartObject("metadata"u8);
                foreach (var (name, value) in subscription.Metadata)
                {
                    writer.WriteString(name, value);
                }

                writer.WriteEndObject();
            }

            writer.WriteStartArray("rules"u8);
            foreach (var rule in subscription.Rules)
            {
                writer.WriteStartObject();
                if (rule.Match.Length > 0)
                {
                    writer.WriteString("match"u8, rule.Match);
                }

                writer.WriteString("path"u8, rule.Path);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            if (subscription.DeadLetterTopic is not null)
            {
                writer.WriteString("deadLetterTopic"u8, subscription.DeadLetterTopic);
            }

            writer.WriteString("type"u8, subscription.Kind.ToString().ToUpperInvariant());
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteApp(Utf8JsonWriter writer, SidecarOptions options)
    {
        writer.WriteStartObject("appConnectionProperties"u8);
        if (options.AppPort > 0)
        {
            writer.WriteNumber("port"u8, options.AppPort);
        }

        writer.WriteString("protocol"u8, options.AppProtocol);
        writer.WriteString("channelAddress"u8, options.AppHost);
        if (options.AppConcurrencyMax > 0)
        {
            writer.WriteNumber("maxConcurrency"u8, options.AppConcurrencyMax);
        }

        writer.WriteEndObject();
    }
}
