namespace DeviceFleet.Contracts.Messaging;

/// <summary>Names that code and resource files (components/, k8s/, dapr.yaml) share; a test holds the two together.</summary>
public static class DaprNames
{
    /// <summary>App id of the service that hosts device actors.</summary>
    public const string DevicesApp = "devices";

    /// <summary>App id of the gateway.</summary>
    public const string GatewayApp = "gateway";

    /// <summary>State store of actors.</summary>
    public const string ActorStateStore = "fleet-state";

    /// <summary>State store of what the gateway remembers.</summary>
    public const string GatewayStateStore = "gateway-state";

    /// <summary>Pub/sub component that <c>devices</c> and later services use: consumers of one app compete.</summary>
    public const string PubSub = "fleet-pubsub";

    /// <summary>Secret store.</summary>
    public const string SecretStore = "fleet-secrets";

    /// <summary>Input binding and route of telemetry.</summary>
    public const string TelemetryIn = "telemetry-in";

    /// <summary>Input binding and route of status.</summary>
    public const string StatusIn = "status-in";

    /// <summary>Input binding and route of what the broker refused.</summary>
    public const string RejectionsIn = "rejections-in";

    /// <summary>Output binding to devices.</summary>
    public const string DeviceOut = "device-out";
}

/// <summary>Pub/sub topics. Each has a dead-letter topic, <see cref="DeadLetterOf"/>.</summary>
public static class PubSubTopics
{
    /// <summary><see cref="Devices.TelemetryEvent"/>; durable before the device hears its PUBACK.</summary>
    public const string Telemetry = "telemetry";

    /// <summary><see cref="Devices.PresenceEvent"/> and, later, lifecycle, twin and command events.</summary>
    public const string DeviceEvents = "device-events";

    /// <summary><see cref="Devices.RejectedEvent"/>.</summary>
    public const string Rejected = "rejected";

    /// <summary>Dead-letter topic of a topic.</summary>
    public static string DeadLetterOf(string topic) => topic + "-dead";
}

/// <summary>CloudEvents <c>type</c> values.</summary>
public static class EventTypes
{
    /// <summary>On <see cref="PubSubTopics.Telemetry"/>.</summary>
    public const string TelemetryReceived = "devicefleet.telemetry.received.v1";

    /// <summary>On <see cref="PubSubTopics.DeviceEvents"/>.</summary>
    public const string PresenceChanged = "devicefleet.presence.changed.v1";

    /// <summary>On <see cref="PubSubTopics.Rejected"/>.</summary>
    public const string MessageRejected = "devicefleet.message.rejected.v1";
}
