using System.Net;
using DeviceFleet.Contracts.Messaging;

namespace DeviceFleet.Local;

/// <summary>What one run is told.</summary>
public sealed record LocalOptions
{
    /// <summary>Folder of the fleet's data, made if need be and kept across runs. Default: <c>data</c> in the current folder.</summary>
    public string DataFolder { get; init; } = "data";

    /// <summary>Port of the MQTT broker; 0: any free one. Default: 1883.</summary>
    public int MqttPort { get; init; } = 1883;

    /// <summary>Port of dashboard, REST and hub; 0: any free one. Default: 5080.</summary>
    public int HttpPort { get; init; } = AppPorts.Gateway;

    /// <summary>Address to listen on. Default: loopback; anything else is the user's explicit word.</summary>
    public IPAddress Listen { get; init; } = IPAddress.Loopback;

    /// <summary>Folder of the Dapr resource files. Default: <c>components/local</c> beside the program.</summary>
    public string ResourcesFolder { get; init; } = Path.Combine(AppContext.BaseDirectory, "components", "local");

    /// <summary>Devices to simulate. Default: 0, none.</summary>
    public int Devices { get; init; }

    /// <summary>Samples a second of each simulated device. Default: 1.</summary>
    public double Rate { get; init; } = 1;

    /// <summary>Profile of the simulated devices. Default: mixed.</summary>
    public string Profile { get; init; } = "mixed";

    /// <summary>Seed of the simulation. Default: 1.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Smallest level of log lines on standard error. Default: Warning.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Warning;
}
