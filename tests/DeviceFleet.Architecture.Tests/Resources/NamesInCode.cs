using System.Reflection;
using DeviceFleet.Contracts.Messaging;

namespace DeviceFleet.Architecture.Tests.Resources;

/// <summary>The constants that resource files must agree with.</summary>
internal static class NamesInCode
{
    /// <summary>Every component that code names: the constants of <see cref="DaprNames"/> but for the app ids.</summary>
    public static IReadOnlyList<string> Components { get; } =
    [
        .. typeof(DaprNames).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(field => field.IsLiteral && !field.Name.EndsWith("App", StringComparison.Ordinal))
            .Select(field => (string)field.GetRawConstantValue()!)
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Input bindings and the MQTT filter each reads.</summary>
    public static IReadOnlyDictionary<string, string> Inputs { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [DaprNames.TelemetryIn] = MqttTopics.TelemetryFilter,
        [DaprNames.StatusIn] = MqttTopics.StatusFilter,
        [DaprNames.ReportedIn] = MqttTopics.ReportedFilter,
        [DaprNames.TwinGetIn] = MqttTopics.TwinGetFilter,
        [DaprNames.CommandResultsIn] = MqttTopics.CommandResultsFilter,
        [DaprNames.RejectionsIn] = MqttTopics.BrokerRejections,
        [DaprNames.ProvisionIn] = MqttTopics.ProvisionRequestFilter,
    };

    /// <summary>Who loads what.</summary>
    public static IReadOnlyDictionary<string, string[]> Scopes { get; } = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        [DaprNames.ActorStateStore] = [DaprNames.DevicesApp, DaprNames.ProvisioningApp],
        [DaprNames.GatewayStateStore] = [DaprNames.GatewayApp],
        [DaprNames.PubSub] = [DaprNames.DevicesApp, DaprNames.GatewayApp, DaprNames.ProvisioningApp],
        [DaprNames.SecretStore] = [DaprNames.DevicesApp, DaprNames.GatewayApp, DaprNames.ProvisioningApp],
        [DaprNames.TelemetryIn] = [DaprNames.DevicesApp],
        [DaprNames.StatusIn] = [DaprNames.DevicesApp],
        [DaprNames.ReportedIn] = [DaprNames.DevicesApp],
        [DaprNames.TwinGetIn] = [DaprNames.DevicesApp],
        [DaprNames.CommandResultsIn] = [DaprNames.DevicesApp],
        [DaprNames.DesiredOut] = [DaprNames.DevicesApp],
        [DaprNames.ConfigurationStore] = [DaprNames.DevicesApp],
        [DaprNames.RejectionsIn] = [DaprNames.DevicesApp],
        [DaprNames.DeviceOut] = [DaprNames.DevicesApp, DaprNames.ProvisioningApp],
        [DaprNames.ProvisionIn] = [DaprNames.ProvisioningApp],
        [DaprNames.BrokerControl] = [DaprNames.ProvisioningApp],
        [DaprNames.FirmwareStore] = [DaprNames.GatewayApp],
        [DaprNames.ArchiveStateStore] = [DaprNames.ProvisioningApp],
    };

    /// <summary>Port at which an app listens.</summary>
    public static int PortOf(string app) => app switch
    {
        DaprNames.DevicesApp => AppPorts.Devices,
        DaprNames.GatewayApp => AppPorts.Gateway,
        DaprNames.ProvisioningApp => AppPorts.Provisioning,
        _ => throw new InvalidDataException($"App id {app} is not in DaprNames."),
    };
}
