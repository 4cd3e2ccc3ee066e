using System.Text.Json.Serialization;
using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Contracts.Rollouts;

/// <summary>Bounds of rollouts.</summary>
public static class RolloutLimits
{
    /// <summary>Most devices of one rollout.</summary>
    public const int DevicesMax = 10_000;

    /// <summary>Most waves.</summary>
    public const int WavesMax = 10;

    /// <summary>Most devices that are updated at once.</summary>
    public const int ParallelMax = 1_000;
}

/// <summary>One wave of a plan.</summary>
public sealed record WavePlan
{
    /// <summary>How much of the fleet is done when this wave is, in percent of the targets, above 0 to 100; rising from wave to wave, 100 in the last.</summary>
    public required double UpToPercent { get; init; }

    /// <summary>How long its devices are watched after the last was updated before the next wave begins, milliseconds.</summary>
    public long SoakMs { get; init; }
}

/// <summary>When devices may be updated, every day.</summary>
/// <param name="FromMinute">Minute of the day UTC, 0 to 1,439.</param>
/// <param name="Minutes">How long, 1 to 1,440.</param>
public sealed record MaintenanceWindow(int FromMinute, int Minutes);

/// <summary>What is to be done.</summary>
public sealed record RolloutPlan
{
    /// <summary>The release.</summary>
    public required string Version { get; init; }

    /// <summary>Waves, 1 to <see cref="RolloutLimits.WavesMax"/>.</summary>
    public required IReadOnlyList<WavePlan> Waves { get; init; }

    /// <summary>
    /// The rollout is aborted when, in any wave, the failed share of the wave's devices is above this, in percent, 0 to 100.
    /// </summary>
    public required double AbortAbovePercent { get; init; }

    /// <summary>But not before so many failed, 1 or more.</summary>
    public required int AbortFailuresMin { get; init; }

    /// <summary>Whether an abort puts the devices that were updated back to what they had.</summary>
    public required bool RollBack { get; init; }

    /// <summary>Most devices that are updated at once.</summary>
    public required int Parallel { get; init; }

    /// <summary>How long one device may take, milliseconds; then it failed.</summary>
    public required long DeviceTimeoutMs { get; init; }

    /// <summary>When devices may be told to update; null: always.</summary>
    public MaintenanceWindow? Window { get; init; }
}

/// <summary>Whom a rollout is for: all conditions that are there hold. At least one is.</summary>
public sealed record RolloutTargets
{
    /// <summary>These devices.</summary>
    public IReadOnlyList<DeviceId>? Ids { get; init; }

    /// <summary>Devices in this group or below.</summary>
    public GroupPath? Group { get; init; }

    /// <summary>Devices of this type.</summary>
    public string? Type { get; init; }

    /// <summary>Devices with these tags.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <summary>Every device.</summary>
    public bool All { get; init; }
}

/// <summary>How a rollout stands.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RolloutState>))]
public enum RolloutState
{
    /// <summary>At work on a wave.</summary>
    [JsonStringEnumMemberName("running")]
    Running,

    /// <summary>Held by a person: no further device is told to update.</summary>
    [JsonStringEnumMemberName("paused")]
    Paused,

    /// <summary>Puts devices back.</summary>
    [JsonStringEnumMemberName("rolling-back")]
    RollingBack,

    /// <summary>Ended: every wave is done.</summary>
    [JsonStringEnumMemberName("done")]
    Done,

    /// <summary>Ended by its own abort line.</summary>
    [JsonStringEnumMemberName("aborted")]
    Aborted,

    /// <summary>Ended by a person.</summary>
    [JsonStringEnumMemberName("cancelled")]
    Cancelled,
}

/// <summary>How one wave stands.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<WaveState>))]
public enum WaveState
{
    /// <summary>Not begun.</summary>
    [JsonStringEnumMemberName("pending")]
    Pending,

    /// <summary>Its devices are being updated.</summary>
    [JsonStringEnumMemberName("updating")]
    Updating,

    /// <summary>Its devices are being watched.</summary>
    [JsonStringEnumMemberName("soaking")]
    Soaking,

    /// <summary>Passed its gate.</summary>
    [JsonStringEnumMemberName("passed")]
    Passed,

    /// <summary>Went over the abort line.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,
}

/// <summary>How one device of a rollout stands.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RolloutDeviceState>))]
public enum RolloutDeviceState
{
    /// <summary>Not told yet.</summary>
    [JsonStringEnumMemberName("pending")]
    Pending,

    /// <summary>Told; has not answered.</summary>
    [JsonStringEnumMemberName("offered")]
    Offered,

    /// <summary>Downloads, verifies or installs.</summary>
    [JsonStringEnumMemberName("updating")]
    Updating,

    /// <summary>Runs the new version, and is online.</summary>
    [JsonStringEnumMemberName("updated")]
    Updated,

    /// <summary>Said that it failed, refused, took too long, or does not run what it says.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>Told to go back.</summary>
    [JsonStringEnumMemberName("rolling-back")]
    RollingBack,

    /// <summary>Runs what it had before.</summary>
    [JsonStringEnumMemberName("rolled-back")]
    RolledBack,

    /// <summary>Could not be put back.</summary>
    [JsonStringEnumMemberName("rollback-failed")]
    RollbackFailed,

    /// <summary>Had the version already, or the rollout ended before its turn.</summary>
    [JsonStringEnumMemberName("skipped")]
    Skipped,
}

/// <summary>One device of a rollout.</summary>
public sealed record RolloutDevice
{
    /// <summary>Which.</summary>
    public required DeviceId DeviceId { get; init; }

    /// <summary>Its wave, from 0.</summary>
    public required int Wave { get; init; }

    /// <summary>How it stands.</summary>
    public required RolloutDeviceState State { get; init; }

    /// <summary>Since when, Unix milliseconds UTC.</summary>
    public required long Since { get; init; }

    /// <summary>What it ran before; null: unknown or nothing.</summary>
    public string? Before { get; init; }

    /// <summary>Why it failed.</summary>
    public string? Error { get; init; }
}

/// <summary>One wave.</summary>
public sealed record WaveView
{
    /// <summary>From 0.</summary>
    public required int Number { get; init; }

    /// <summary>How it stands.</summary>
    public required WaveState State { get; init; }

    /// <summary>Devices in it.</summary>
    public required int Devices { get; init; }

    /// <summary>Of these, by state.</summary>
    public required IReadOnlyDictionary<RolloutDeviceState, int> Counts { get; init; }

    /// <summary>Failed devices from which on the rollout is aborted.</summary>
    public required int AbortAt { get; init; }

    /// <summary>Unix milliseconds UTC.</summary>
    public long? StartedAt { get; init; }

    /// <summary>When it is watched long enough, Unix milliseconds UTC; null: it is not being watched.</summary>
    public long? SoakUntil { get; init; }
}

/// <summary>A rollout.</summary>
public sealed record RolloutView
{
    /// <summary>Id.</summary>
    public required string Id { get; init; }

    /// <summary>Rises by one each change.</summary>
    public required long Revision { get; init; }

    /// <summary>How it stands.</summary>
    public required RolloutState State { get; init; }

    /// <summary>What is to be done.</summary>
    public required RolloutPlan Plan { get; init; }

    /// <summary>Whom for.</summary>
    public required RolloutTargets Targets { get; init; }

    /// <summary>Its waves.</summary>
    public required IReadOnlyList<WaveView> Waves { get; init; }

    /// <summary>Why it is as it is, for a person; null: nothing to say.</summary>
    public string? Detail { get; init; }

    /// <summary>It waits for its maintenance window, which opens then, Unix milliseconds UTC; null: it does not.</summary>
    public long? WindowOpensAt { get; init; }

    /// <summary>Who began it.</summary>
    public required string By { get; init; }

    /// <summary>Unix milliseconds UTC.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>Unix milliseconds UTC; null: not ended.</summary>
    public long? EndedAt { get; init; }
}

/// <summary>Asks to begin a rollout.</summary>
public sealed record RolloutOrder
{
    /// <summary>Its id, in the alphabet of device ids: the same order again is the same rollout.</summary>
    public required string Id { get; init; }

    /// <summary>What is to be done.</summary>
    public required RolloutPlan Plan { get; init; }

    /// <summary>As the person said it.</summary>
    public required RolloutTargets Targets { get; init; }

    /// <summary>Those that were found, at least one, in the order in which they are to be updated.</summary>
    public required IReadOnlyList<DeviceId> Devices { get; init; }

    /// <summary>Who asks.</summary>
    public required string By { get; init; }

    /// <summary>When, Unix milliseconds UTC.</summary>
    public required long At { get; init; }
}

/// <summary>What a person does with a rollout.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RolloutAction>))]
public enum RolloutAction
{
    /// <summary>No further device is told to update.</summary>
    [JsonStringEnumMemberName("pause")]
    Pause,

    /// <summary>Goes on.</summary>
    [JsonStringEnumMemberName("resume")]
    Resume,

    /// <summary>Ends it; what was updated stays.</summary>
    [JsonStringEnumMemberName("cancel")]
    Cancel,

    /// <summary>Ends it, and puts back what was updated.</summary>
    [JsonStringEnumMemberName("roll-back")]
    RollBack,
}

/// <summary>Asks for one of these.</summary>
/// <param name="Action">Which.</param>
/// <param name="Reason">Why, at most 500 characters; null: not said.</param>
/// <param name="By">Who.</param>
/// <param name="At">Unix milliseconds UTC.</param>
public sealed record RolloutChange(RolloutAction Action, string? Reason, string By, long At);

/// <summary>Asks for devices of a rollout.</summary>
/// <param name="Wave">Of this wave, from 0; null: of all.</param>
/// <param name="After">The device after which the page begins, in the order of waves and then of the plan; null: at the beginning.</param>
/// <param name="Take">1 to 1,000.</param>
public sealed record RolloutDevicesQuery(int? Wave, DeviceId? After, int Take);

/// <summary>A page of devices.</summary>
/// <param name="Devices">In order.</param>
/// <param name="Total">How many there are in all.</param>
public sealed record RolloutDevices(IReadOnlyList<RolloutDevice> Devices, int Total);

/// <summary>Rollouts.</summary>
/// <param name="Rollouts">Newest first.</param>
public sealed record RolloutList(IReadOnlyList<RolloutView> Rollouts);

/// <summary>Event on topic <c>provisioning</c>, type <see cref="Messaging.EventTypes.RolloutChanged"/>.</summary>
/// <param name="Rollout">After the change.</param>
public sealed record RolloutEvent(RolloutView Rollout);
