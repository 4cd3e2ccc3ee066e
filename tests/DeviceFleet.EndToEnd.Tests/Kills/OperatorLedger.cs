using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.EndToEnd.Tests.Kills;

/// <summary>What one operator did to one device, and was told to be done.</summary>
internal sealed class OperatorLedger(DeviceId device)
{
    public DeviceId Device => device;

    /// <summary>The number that each write of desired set, in order: the first made version 1.</summary>
    public List<int> Writes { get; } = [];

    /// <summary>Ids of accepted commands by idempotency key.</summary>
    public Dictionary<string, string> Commands { get; } = [];

    /// <summary>Ids of alarms whose acknowledgement was accepted.</summary>
    public HashSet<string> Acknowledged { get; } = [];

    /// <summary>How often an answer did not come, and what was done had to be found out.</summary>
    public int Uncertain { get; set; }

    /// <summary>Answers that may not be, whatever was killed.</summary>
    public List<string> Faults { get; } = [];
}
