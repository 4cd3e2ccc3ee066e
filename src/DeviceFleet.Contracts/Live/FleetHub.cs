using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Contracts.Live;

/// <summary>Names of hub <c>/hubs/fleet</c>: what a client calls and what it is sent. JSON protocol, camelCase.</summary>
public static class FleetHubContract
{
    /// <summary>Path.</summary>
    public const string Path = "/hubs/fleet";

    /// <summary>Client calls: joins the fleet's group; answered by <see cref="Snapshot"/>, then <see cref="DeviceUpdates"/>.</summary>
    public const string WatchFleet = "WatchFleet";

    /// <summary>Client calls.</summary>
    public const string UnwatchFleet = "UnwatchFleet";

    /// <summary>Client calls with a device id: returns a <see cref="DeviceSnapshot"/>, then <see cref="DeviceSamples"/> are sent.</summary>
    public const string WatchDevice = "WatchDevice";

    /// <summary>Client calls with a device id.</summary>
    public const string UnwatchDevice = "UnwatchDevice";

    /// <summary>
    /// Client calls with a device id: an operator asks that an identity be registered by hand; returns a <see cref="Contracts.Provisioning.IdentityReply"/> with the secret, told once.
    /// </summary>
    public const string StartProvisioning = "StartProvisioning";

    /// <summary>Server sends a <see cref="Contracts.Provisioning.SagaView"/> to who watches the fleet.</summary>
    public const string ProvisioningChanged = "ProvisioningChanged";

    /// <summary>Server sends a <see cref="Contracts.Rollouts.RolloutView"/> to who watches the fleet.</summary>
    public const string RolloutChanged = "RolloutChanged";

    /// <summary>Server sends a <see cref="FleetSnapshot"/>.</summary>
    public const string Snapshot = "Snapshot";

    /// <summary>Server sends a <see cref="FleetUpdates"/>, at most 10 a second.</summary>
    public const string DeviceUpdates = "DeviceUpdates";

    /// <summary>Server sends a <see cref="DeviceSamplesBatch"/> to watchers of one device, at most 10 a second.</summary>
    public const string DeviceSamples = "DeviceSamples";

    /// <summary>
    /// Client calls with a device id, a command's name, its arguments (any JSON, or null) and an idempotency key (or null): returns the <see cref="DeviceCommand"/>;
    /// what becomes of it is sent as <see cref="CommandChanged"/>. Operators only. A refusal is an error of the call.
    /// </summary>
    public const string SendCommand = "SendCommand";

    /// <summary>
    /// Client calls with a device id, a merge patch of desired, and the version it was made from (or null): returns the <see cref="TwinView"/>. Operators only.
    /// </summary>
    public const string SetDesired = "SetDesired";

    /// <summary>Client calls with a device id and an alarm's id: returns the <see cref="DeviceAlarm"/>. Operators only.</summary>
    public const string AckAlarm = "AckAlarm";

    /// <summary>Server sends a <see cref="DeviceCommand"/> to watchers of the device, and to who sent it.</summary>
    public const string CommandChanged = "CommandChanged";

    /// <summary>Server sends a <see cref="DeviceAlarm"/> to watchers of the fleet and of the device.</summary>
    public const string AlarmChanged = "AlarmChanged";

    /// <summary>Server sends a <see cref="DeviceId"/> to watchers of the device: its twin was written, and may be read anew.</summary>
    public const string TwinChanged = "TwinChanged";

    /// <summary>Server sends a <see cref="Groups.GroupView"/> to watchers of the fleet, at most one a second for each group.</summary>
    public const string GroupChanged = "GroupChanged";
}

/// <summary>One row of the fleet as browsers see it.</summary>
public sealed record DeviceRow
{
    /// <summary>Which.</summary>
    public required DeviceId Id { get; init; }

    /// <summary>Whether it is there.</summary>
    public required Presence Presence { get; init; }

    /// <summary>Newest message, Unix milliseconds UTC.</summary>
    public long? LastSeen { get; init; }

    /// <summary>Newest value by metric.</summary>
    public required IReadOnlyDictionary<string, double> Metrics { get; init; }

    /// <summary>Counts.</summary>
    public required DeviceTotals Totals { get; init; }

    /// <summary>The device's revision; newer wins.</summary>
    public required long Revision { get; init; }

    /// <summary>The newest refusal; null: none.</summary>
    public string? LastRejection { get; init; }

    /// <summary>Id of its type; null: none.</summary>
    public string? Type { get; init; }

    /// <summary>The group it is in; null: none.</summary>
    public GroupPath? Group { get; init; }

    /// <summary>Tags by name; null: none.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <summary>What it says of its firmware; null: nothing.</summary>
    public string? Firmware { get; init; }

    /// <summary>Alarms that are not cleared.</summary>
    public int Alarms { get; init; }

    /// <summary>The worst of them; null: none.</summary>
    public AlarmSeverity? Severity { get; init; }

    /// <summary>Since when the twin is behind, Unix milliseconds UTC; null: in step.</summary>
    public long? PendingSince { get; init; }

    /// <summary>Commands that have not ended.</summary>
    public int OpenCommands { get; init; }

    /// <summary>Whether it comes and goes more often than it should.</summary>
    public bool IsFlapping { get; init; }
}

/// <summary>
/// The fleet in numbers. <c>Total = Online + Stale + Offline + Unknown</c> and <c>Received = Applied + Duplicates + Rejected</c>, always.
/// </summary>
public sealed record FleetCounters
{
    /// <summary>Devices known.</summary>
    public required long Total { get; init; }

    /// <summary>There, and heard of lately.</summary>
    public required long Online { get; init; }

    /// <summary>There, but silent for longer than they should be.</summary>
    public required long Stale { get; init; }

    /// <summary>Offline.</summary>
    public required long Offline { get; init; }

    /// <summary>Named, never heard of.</summary>
    public required long Unknown { get; init; }

    /// <summary>Devices with an alarm that is not cleared.</summary>
    public required long Alarming { get; init; }

    /// <summary>Samples, and unreadable messages, of all devices.</summary>
    public required long Received { get; init; }

    /// <summary>Counted once each.</summary>
    public required long Applied { get; init; }

    /// <summary>Sent again and recognised.</summary>
    public required long Duplicates { get; init; }

    /// <summary>Refused for age or content.</summary>
    public required long Rejected { get; init; }

    /// <summary>Refused by the broker (wrong topic, wrong password, …) since the gateway started; never part of <see cref="Received"/>.</summary>
    public required long RefusedByBroker { get; init; }

    /// <summary>Samples applied a second, over the last 10 s.</summary>
    public required double AppliedPerSecond { get; init; }

    /// <summary>Median time from receipt by the service to the gateway over the last 10 s, milliseconds; null: nothing came.</summary>
    public double? LagMs { get; init; }
}

/// <summary>Sent first: the whole fleet at one moment.</summary>
public sealed record FleetSnapshot
{
    /// <summary>Number of this state; the first update that follows has the next one.</summary>
    public required long Sequence { get; init; }

    /// <summary>Unix milliseconds UTC.</summary>
    public required long AsOf { get; init; }

    /// <summary>Numbers.</summary>
    public required FleetCounters Counters { get; init; }

    /// <summary>Every device.</summary>
    public required IReadOnlyList<DeviceRow> Devices { get; init; }

    /// <summary>Newest refusals, newest first, at most 50.</summary>
    public required IReadOnlyList<RejectedEvent> Rejections { get; init; }
}

/// <summary>Sent after: what changed since the number before. A client that misses a number asks for a snapshot.</summary>
public sealed record FleetUpdates
{
    /// <summary>Number of the state after these changes.</summary>
    public required long Sequence { get; init; }

    /// <summary>Unix milliseconds UTC.</summary>
    public required long AsOf { get; init; }

    /// <summary>Numbers.</summary>
    public required FleetCounters Counters { get; init; }

    /// <summary>Devices that changed, whole rows.</summary>
    public required IReadOnlyList<DeviceRow> Devices { get; init; }

    /// <summary>Devices that are no more.</summary>
    public IReadOnlyList<DeviceId> Removed { get; init => field = value ?? []; } = [];

    /// <summary>New refusals, newest first, at most 50.</summary>
    public required IReadOnlyList<RejectedEvent> Rejections { get; init; }
}

/// <summary>One point of a device's recent past.</summary>
/// <param name="Ts">Measured at, Unix milliseconds UTC.</param>
/// <param name="Metrics">Values.</param>
public sealed record SamplePoint(long Ts, IReadOnlyDictionary<string, double> Metrics);

/// <summary>Answer of <see cref="FleetHubContract.WatchDevice"/>.</summary>
public sealed record DeviceSnapshot
{
    /// <summary>As the actor tells it.</summary>
    public required DeviceView View { get; init; }

    /// <summary>Recent samples that the gateway remembers, oldest first, at most 600.</summary>
    public required IReadOnlyList<SamplePoint> Recent { get; init; }
}

/// <summary>New samples of one watched device.</summary>
public sealed record DeviceSamplesBatch
{
    /// <summary>Which.</summary>
    public required DeviceId Id { get; init; }

    /// <summary>Its row now.</summary>
    public required DeviceRow Row { get; init; }

    /// <summary>Oldest first.</summary>
    public required IReadOnlyList<SamplePoint> Samples { get; init; }
}
