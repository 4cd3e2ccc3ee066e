using System.Text.Json;
using EmbeddedDapr.Runtime;

namespace EmbeddedDapr.Server.Http;

/// <summary>The answer of <c>GET /v1.0/metadata</c> (contract section 1.3).</summary>
internal static class RuntimeMetadata
{
    public static void Write(Utf8JsonWriter writer, Sidecar sidecar)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, sidecar.Options.AppId);
        writer.WriteString("runtimeVersion"u8, Sidecar.RuntimeVersion);
        WriteTexts(writer, "enabledFeatures"u8, sidecar.EnabledFeatures);
        var active = sidecar.ActiveActorTypes;
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
        WriteHttpEndpoints(writer, sidecar);
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
        WriteWorkflows(writer, sidecar);
        if (sidecar.Options.SchedulerAddresses.Count > 0)
        {
            writer.WriteStartObject("scheduler"u8);
            WriteTexts(writer, "connected_addresses"u8, sidecar.Options.SchedulerAddresses);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    /// <summary>Left out without a worker (recorded: metadata-workers).</summary>
    private static void WriteWorkflows(Utf8JsonWriter writer, Sidecar sidecar)
    {
        if (sidecar.WorkflowWorkers is > 0 and var workers)
        {
            writer.WriteStartObject("workflows"u8);
            writer.WriteNumber("connectedWorkers"u8, workers);
            writer.WriteEndObject();
        }
    }

    /// <summary>Status, whether types are advertised, and the text about placement.</summary>
    internal static (string Status, bool Ready, string Placement) ActorStatus(Sidecar sidecar) => (sidecar.Actors.HasStateStore && !sidecar.Options.ActorsDisabled, sidecar.Phase) switch
    {
        (false, _) => ("DISABLED", false, "placement: disconnected"),
        // An app without a port hosts actors over a stream.
        (_, SidecarPhase.Ready) => ("RUNNING", sidecar.App is not null || sidecar.ActorRuntime.CountActive(sidecar).Count > 0, "placement: connected"),
        _ => ("INITIALIZING", false, string.Empty),
    };

    private static void WriteTexts(Utf8JsonWriter writer, ReadOnlySpan<byte> name, IReadOnlyList<string> texts)
    {
        if (texts.Count == 0)
        {
            return;
        }

        writer.WriteStartArray(name);
        foreach (var text in texts)
        {
            writer.WriteStringValue(text);
        }

        writer.WriteEndArray();
    }

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

    private static void WriteHttpEndpoints(Utf8JsonWriter writer, Sidecar sidecar)
    {
        var isFirst = true;
        foreach (var endpoint in sidecar.HttpEndpoints)
        {
            if (isFirst)
            {
                writer.WriteStartArray("httpEndpoints"u8);
                isFirst = false;
            }

            writer.WriteStartObject();
            writer.WriteString("name"u8, endpoint.Name);
            writer.WriteEndObject();
        }

        if (!isFirst)
        {
            writer.WriteEndArray();
        }
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
            writer.WriteString("deadLetterTopic"u8, subscription.DeadLetterTopic ?? string.Empty);
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

        if (options.AppHealth is { } health)
        {
            writer.WriteStartObject("health"u8);
            if (options.AppProtocol is not ("grpc" or "grpcs"))
            {
                writer.WriteString("healthCheckPath"u8, health.Path);
            }

            writer.WriteString("healthProbeInterval"u8, GoDuration.Format(health.ProbeInterval));
            writer.WriteString("healthProbeTimeout"u8, GoDuration.Format(health.ProbeTimeout));
            writer.WriteNumber("healthThreshold"u8, health.Threshold);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }
}
