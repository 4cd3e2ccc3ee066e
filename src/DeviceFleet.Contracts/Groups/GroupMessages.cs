using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Contracts.Groups;

/// <summary>Bounds of groups.</summary>
public static class GroupLimits
{
    /// <summary>Most devices of one group itself, those of groups below not counted.</summary>
    public const int MembersMax = 10_000;

    /// <summary>Most groups directly below one.</summary>
    public const int ChildrenMax = 1_000;

    /// <summary>Most metrics that are rolled up; the first by name.</summary>
    public const int MetricsMax = 32;
}

/// <summary>A device comes into a group or leaves it.</summary>
public sealed record GroupMembership
{
    /// <summary>Which device.</summary>
    public required DeviceId DeviceId { get; init; }

    /// <summary>Version of the device's registration that says so.</summary>
    public required long Version { get; init; }

    /// <summary>Whether it is a member.</summary>
    public required bool IsMember { get; init; }

    /// <summary>What it looks like now; null: not known.</summary>
    public MemberObservation? Observation { get; init; }
}

/// <summary>Answer to a membership.</summary>
/// <param name="Outcome">Applied, unchanged (known, or older than known), or full.</param>
public sealed record GroupChangeReply(ChangeOutcome Outcome);

/// <summary>One device as its group counts it.</summary>
public sealed record MemberObservation
{
    /// <summary>Which device.</summary>
    public required DeviceId DeviceId { get; init; }

    /// <summary>The device's revision; newer wins.</summary>
    public required long Revision { get; init; }

    /// <summary>Whether it is there.</summary>
    public required Presence Presence { get; init; }

    /// <summary>Alarms that are not cleared.</summary>
    public int Alarms { get; init; }

    /// <summary>The worst of them.</summary>
    public AlarmSeverity? Severity { get; init; }

    /// <summary>Newest values by metric; what is not named stays as it was.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init => field = value ?? new Dictionary<string, double>(); } = new Dictionary<string, double>();
}

/// <summary>What members, or groups below, look like now.</summary>
public sealed record GroupObservations
{
    /// <summary>Devices.</summary>
    public IReadOnlyList<MemberObservation> Members { get; init => field = value ?? []; } = [];

    /// <summary>Groups directly below.</summary>
    public IReadOnlyList<ChildObservation> Children { get; init => field = value ?? []; } = [];
}

/// <summary>A group below, as the one above counts it.</summary>
/// <param name="Path">Which.</param>
/// <param name="Revision">Its revision; newer wins.</param>
/// <param name="Rollup">Its roll-up, with all below it.</param>
public sealed record ChildObservation(GroupPath Path, long Revision, GroupRollup Rollup);

/// <summary>A group's devices in numbers, those of the groups below included. <c>Devices = Online + Stale + Offline + Unknown</c>, always.</summary>
public sealed record GroupRollup
{
    /// <summary>Devices.</summary>
    public required long Devices { get; init; }

    /// <summary>Online.</summary>
    public required long Online { get; init; }

    /// <summary>Stale.</summary>
    public required long Stale { get; init; }

    /// <summary>Offline.</summary>
    public required long Offline { get; init; }

    /// <summary>Never heard of.</summary>
    public required long Unknown { get; init; }

    /// <summary>Devices with an alarm that is not cleared.</summary>
    public required long Alarming { get; init; }

    /// <summary>Of these: with a critical one.</summary>
    public required long Critical { get; init; }

    /// <summary>By metric, over the devices that have it.</summary>
    public required IReadOnlyDictionary<string, MetricRollup> Metrics { get; init; }

    /// <summary>No device.</summary>
    public static GroupRollup Empty { get; } = new()
    {
        Devices = 0,
        Online = 0,
        Stale = 0,
        Offline = 0,
        Unknown = 0,
        Alarming = 0,
        Critical = 0,
        Metrics = new Dictionary<string, MetricRollup>(),
    };
}

/// <summary>A metric over several devices. The average is <c>Sum / Count</c>.</summary>
/// <param name="Count">Devices that have it.</param>
/// <param name="Min">Least value.</param>
/// <param name="Max">Greatest value.</param>
/// <param name="Sum">Sum of the values.</param>
public sealed record MetricRollup(long Count, double Min, double Max, double Sum);

/// <summary>A group.</summary>
public sealed record GroupView
{
    /// <summary>Which.</summary>
    public required GroupPath Path { get; init; }

    /// <summary>Rises with each change.</summary>
    public required long Revision { get; init; }

    /// <summary>Devices directly in it.</summary>
    public required long Members { get; init; }

    /// <summary>Groups directly below.</summary>
    public required IReadOnlyList<GroupPath> Children { get; init; }

    /// <summary>Numbers, the groups below included.</summary>
    public required GroupRollup Rollup { get; init; }

    /// <summary>When the numbers changed last, Unix milliseconds UTC; null: never.</summary>
    public long? At { get; init; }
}

/// <summary>Which members.</summary>
/// <param name="After">Only those after this id; null: from the first.</param>
/// <param name="Limit">Most, 1 to 1,000.</param>
public sealed record GroupMembersQuery(DeviceId? After, int Limit);

/// <summary>Some members.</summary>
/// <param name="Members">In order of their ids.</param>
/// <param name="Next">What to ask for after; null: these are the last.</param>
public sealed record GroupMembers(IReadOnlyList<DeviceId> Members, DeviceId? Next);

/// <summary>Event on topic <c>device-events</c>, type <see cref="Messaging.EventTypes.GroupChanged"/>: a group's numbers, at most one a second for each group.</summary>
public sealed record GroupEvent
{
    /// <summary>The group.</summary>
    public required GroupView Group { get; init; }

    /// <summary>Unix milliseconds UTC.</summary>
    public required long At { get; init; }
}
