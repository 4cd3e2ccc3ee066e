namespace DeviceFleet.Contracts.Messaging;

/// <summary>Names that code and resource files (components/, k8s/, dapr.yaml) share; a test holds the two together.</summary>
public static class DaprNames
{
    /// <summary>App id of the service that hosts device actors.</summary>
    public const string DevicesApp = "devices";

    /// <summary>App id of the gateway.</summary>
    public const string GatewayApp = "gateway";

    /// <summary>App id of the service of identities, sagas and rollouts.</summary>
    public const string ProvisioningApp = "provisioning";

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

    /// <summary>Input binding and route of what devices report of their twins.</summary>
    public const string ReportedIn = "reported-in";

    /// <summary>Input binding and route of devices' questions for their twins.</summary>
    public const string TwinGetIn = "twin-get-in";

    /// <summary>Input binding and route of devices' answers to commands.</summary>
    public const string CommandResultsIn = "command-results-in";

    /// <summary>Configuration store of alarm rules and device types.</summary>
    public const string ConfigurationStore = "fleet-settings";

    /// <summary>State store of what is left of decommissioned devices.</summary>
    public const string ArchiveStateStore = "archive-state";

    /// <summary>Input binding and route of devices that ask to be let in.</summary>
    public const string ProvisionIn = "provision-in";

    /// <summary>
    /// Output binding that cuts sessions: operation <c>create</c> with a JSON array of MQTT client ids, the body of EMQX's <c>POST /api/v5/clients/kickout/bulk</c>.
    /// </summary>
    public const string BrokerControl = "broker-control";

    /// <summary>Output binding of firmware images, in parts.</summary>
    public const string FirmwareStore = "firmware-store";

    /// <summary>Input binding and route of what the broker refused.</summary>
    public const string RejectionsIn = "rejections-in";

    /// <summary>Output binding to devices: what is sent once.</summary>
    public const string DeviceOut = "device-out";

    /// <summary>Output binding to devices: what the broker retains. Another component, because the real one takes <c>retain</c> from its own metadata only.</summary>
    public const string DesiredOut = "desired-out";
}

/// <summary>Pub/sub topics. Each has a dead-letter topic, <see cref="DeadLetterOf"/>.</summary>
public static class PubSubTopics
{
    /// <summary><see cref="Devices.TelemetryEvent"/>; durable before the device hears its PUBACK.</summary>
    public const string Telemetry = "telemetry";

    /// <summary>
    /// <see cref="Devices.PresenceEvent"/>, <see cref="Devices.TwinEvent"/>, <see cref="Devices.RegistrationEvent"/>, <see cref="Devices.CommandEvent"/>,
    /// <see cref="Devices.DeviceRemovedEvent"/> and <see cref="Groups.GroupEvent"/>; the CloudEvent's type tells which.
    /// </summary>
    public const string DeviceEvents = "device-events";

    /// <summary><see cref="Devices.AlarmEvent"/>.</summary>
    public const string Alarms = "alarms";

    /// <summary><see cref="Devices.RejectedEvent"/>.</summary>
    public const string Rejected = "rejected";

    /// <summary><see cref="Contracts.Provisioning.IdentityEvent"/>, <see cref="Contracts.Provisioning.RefusalEvent"/> and <see cref="Rollouts.RolloutEvent"/>.</summary>
    public const string Provisioning = "provisioning";

    /// <summary>Dead-letter topic of a topic.</summary>
    public static string DeadLetterOf(string topic) => topic + "-dead";
}

/// <summary>Keys of the configuration store.</summary>
public static class SettingKeys
{
    /// <summary>Before the id of an alarm rule; the value is a <see cref="Devices.AlarmRule"/> as JSON.</summary>
    public const string RulePrefix = "rule.";

    /// <summary>Before the id of a device type; the value is a <see cref="Devices.DeviceType"/> as JSON.</summary>
    public const string TypePrefix = "type.";
}

/// <summary>Routes of <c>devices</c> that other services call through service invocation.</summary>
public static class DevicesRoutes
{
    /// <summary>GET: <see cref="Devices.FleetSettings"/>.</summary>
    public const string Settings = "settings";

    /// <summary>POST a <see cref="Devices.RuleTrial"/>: <see cref="Devices.RuleTrialResult"/>.</summary>
    public const string TryRule = "settings/try-rule";
}

/// <summary>Routes of <c>provisioning</c> that other services call through service invocation, and brokers over HTTP.</summary>
public static class ProvisioningRoutes
{
    /// <summary>POST a <see cref="Contracts.Provisioning.ProvisionClaim"/>: <see cref="Contracts.Provisioning.ProvisionAnswer"/>.</summary>
    public const string Claims = "claims";

    /// <summary>POST <see cref="Contracts.Provisioning.MqttAuthenticate"/>: <see cref="Contracts.Provisioning.MqttVerdict"/>.</summary>
    public const string Authenticate = "mqtt/authenticate";

    /// <summary>POST <see cref="Contracts.Provisioning.MqttAuthorize"/>: <see cref="Contracts.Provisioning.MqttVerdict"/>.</summary>
    public const string Authorize = "mqtt/authorize";

    /// <summary>POST <see cref="Rollouts.ReleaseOrder"/>: a <see cref="Devices.ChangeReply{T}"/> of <see cref="Rollouts.Release"/>.</summary>
    public const string Releases = "releases";

    /// <summary>POST <see cref="Rollouts.ReleaseWithdrawal"/>: a <see cref="Devices.ChangeReply{T}"/> of <see cref="Rollouts.Release"/>.</summary>
    public const string WithdrawRelease = "releases/withdraw";

    /// <summary>GET: <see cref="Rollouts.FirmwareKey"/>; 404 when the secret store has none.</summary>
    public const string FirmwareKey = "firmware-key";
}

/// <summary>What the secret store holds for the services themselves.</summary>
public static class SecretNames
{
    /// <summary>The secret of <c>provisioning</c>, with the values below.</summary>
    public const string Provisioning = "provisioning-keys";

    /// <summary>
    /// 64 hex digits: enrolment keys are encrypted with it, secrets on their way to a device made with it. Without it nobody can be let in; who is in stays.
    /// </summary>
    public const string MasterKey = "master";

    /// <summary>PEM of a PKCS #8 private key, ECDSA P-256: firmware is signed with it.</summary>
    public const string FirmwareKey = "firmware";
}

/// <summary>CloudEvents <c>type</c> values.</summary>
public static class EventTypes
{
    /// <summary>On <see cref="PubSubTopics.Telemetry"/>.</summary>
    public const string TelemetryReceived = "devicefleet.telemetry.received.v1";

    /// <summary>On <see cref="PubSubTopics.DeviceEvents"/>.</summary>
    public const string PresenceChanged = "devicefleet.presence.changed.v1";

    /// <summary>On <see cref="PubSubTopics.DeviceEvents"/>.</summary>
    public const string TwinChanged = "devicefleet.twin.changed.v1";

    /// <summary>On <see cref="PubSubTopics.DeviceEvents"/>.</summary>
    public const string RegistrationChanged = "devicefleet.registration.changed.v1";

    /// <summary>On <see cref="PubSubTopics.DeviceEvents"/>.</summary>
    public const string CommandChanged = "devicefleet.command.changed.v1";

    /// <summary>On <see cref="PubSubTopics.DeviceEvents"/>.</summary>
    public const string GroupChanged = "devicefleet.group.changed.v1";

    /// <summary>On <see cref="PubSubTopics.DeviceEvents"/>.</summary>
    public const string DeviceRemoved = "devicefleet.device.removed.v1";

    /// <summary>On <see cref="PubSubTopics.Provisioning"/>.</summary>
    public const string IdentityChanged = "devicefleet.identity.changed.v1";

    /// <summary>On <see cref="PubSubTopics.Provisioning"/>.</summary>
    public const string AccessRefused = "devicefleet.access.refused.v1";

    /// <summary>On <see cref="PubSubTopics.Provisioning"/>.</summary>
    public const string RolloutChanged = "devicefleet.rollout.changed.v1";

    /// <summary>On <see cref="PubSubTopics.Alarms"/>.</summary>
    public const string AlarmChanged = "devicefleet.alarm.changed.v1";

    /// <summary>On <see cref="PubSubTopics.Rejected"/>.</summary>
    public const string MessageRejected = "devicefleet.message.rejected.v1";
}
