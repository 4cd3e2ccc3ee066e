namespace DeviceFleet.Contracts.Messaging;

/// <summary>TCP ports at which the services listen for their sidecar, and the gateway for people, when they run on a real Dapr.</summary>
public static class AppPorts
{
    /// <summary><see cref="DaprNames.DevicesApp"/>.</summary>
    public const int Devices = 5001;

    /// <summary><see cref="DaprNames.ProvisioningApp"/>: the sidecar's routes, and those that an MQTT broker asks.</summary>
    public const int Provisioning = 5002;

    /// <summary><see cref="DaprNames.GatewayApp"/>: REST, hub and dashboard, and the sidecar's routes behind their token.</summary>
    public const int Gateway = 5080;
}
