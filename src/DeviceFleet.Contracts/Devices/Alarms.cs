using System.Text.Json.Serialization;

namespace DeviceFleet.Contracts.Devices;

/// <summary>How bad. Ordered.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AlarmSeverity>))]
public enum AlarmSeverity
{
    /// <summary>Worth knowing.</summary>
    [JsonStringEnumMemberName("info")]
    Info,

    /// <summary>Needs attention.</summary>
    [JsonStringEnumMemberName("warning")]
    Warning,

    /// <summary>Needs action now.</summary>
    [JsonStringEnumMemberName("critical")]
    Critical,
}

/// <summary>Where an alarm is in its life. It only ever moves down this list.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AlarmState>))]
public enum AlarmState
{
    /// <summary>Raised; nobody said yet that they saw it.</summary>
    [JsonStringEnumMemberName("active")]
    Active,

    /// <summary>Raised, and somebody said so.</summary>
    [JsonStringEnumMemberName("acknowledged")]
    Acknowledged,

    /// <summary>Over.</summary>
    [JsonStringEnumMemberName("cleared")]
    Cleared,
}

/// <summary>Bounds of alarms.</summary>
public static class AlarmLimits
{
    /// <summary>Most rules that apply to one device.</summary>
    public const int RulesPerDeviceMax = 64;

    /// <summary>Cleared alarms of one device that are remembered.</summary>
    public const int ClearedKeptMax = 50;

    /// <summary>Most samples of one evidence: with more between, the first and the last of them stay.</summary>
    public const int EvidenceSamplesMax = 32;

    /// <summary>Most comments of one alarm.</summary>
    public const int CommentsMax = 50;

    /// <summary>Longest comment, in characters.</summary>
    public const int CommentLengthMax = 1_000;
}

/// <summary>A sample as far as a rule looked at it.</summary>
/// <param name="Ts">Measured at, Unix milliseconds UTC.</param>
/// <param name="Boot">As sent.</param>
/// <param name="Seq">As sent.</param>
/// <param name="Value">The value of the rule's metric; null where the rule looks at none.</param>
public sealed record EvidenceSample(long Ts, long? Boot, long? Seq, double? Value);

/// <summary>Why an alarm was raised or cleared. With the rule, the decision can be derived again from this alone.</summary>
public sealed record AlarmEvidence
{
    /// <summary>When it was decided, in the time that the rule counts in: the last sample's, or for absence the service's. Unix milliseconds UTC.</summary>
    public required long At { get; init; }

    /// <summary>Absence: since when nothing came, by the service's clock, Unix milliseconds UTC. Null for all else.</summary>
    public long? Since { get; init; }

    /// <summary>The samples, oldest first, at most <see cref="AlarmLimits.EvidenceSamplesMax"/>.</summary>
    public required IReadOnlyList<EvidenceSample> Samples { get; init; }
}

/// <summary>What somebody wrote to an alarm.</summary>
/// <param name="At">Unix milliseconds UTC.</param>
/// <param name="By">Who.</param>
/// <param name="Text">What.</param>
public sealed record AlarmComment(long At, string By, string Text);

/// <summary>An alarm of one device under one rule.</summary>
public sealed record DeviceAlarm
{
    /// <summary>Whose.</summary>
    public required DeviceId DeviceId { get; init; }

    /// <summary>Unique for the device: <c>{rule}-{number}</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Counts the alarms of this rule on this device from 1.</summary>
    public required long Number { get; init; }

    /// <summary>The rule as it was when it raised this.</summary>
    public required AlarmRule Rule { get; init; }

    /// <summary>Where it is.</summary>
    public required AlarmState State { get; init; }

    /// <summary>When it was raised, Unix milliseconds UTC, by the service's clock.</summary>
    public required long RaisedAt { get; init; }

    /// <summary>Why it was raised.</summary>
    public required AlarmEvidence Evidence { get; init; }

    /// <summary>When it was cleared, Unix milliseconds UTC, by the service's clock.</summary>
    public long? ClearedAt { get; init; }

    /// <summary>Why it was cleared; null when a person did it, or the rule went.</summary>
    public AlarmEvidence? ClearEvidence { get; init; }

    /// <summary>Who cleared it: a user, <c>rule</c>, or <c>rule-gone</c>.</summary>
    public string? ClearedBy { get; init; }

    /// <summary>Who acknowledged it.</summary>
    public string? AcknowledgedBy { get; init; }

    /// <summary>When, Unix milliseconds UTC.</summary>
    public long? AcknowledgedAt { get; init; }

    /// <summary>Whose business it is.</summary>
    public string? Assignee { get; init; }

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<AlarmComment> Comments { get; init => field = value ?? []; } = [];
}

/// <summary>What a person does with an alarm.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AlarmAction>))]
public enum AlarmAction
{
    /// <summary>Says that they saw it; twice is once.</summary>
    [JsonStringEnumMemberName("acknowledge")]
    Acknowledge,

    /// <summary>Makes it somebody's business, or nobody's.</summary>
    [JsonStringEnumMemberName("assign")]
    Assign,

    /// <summary>Writes something to it.</summary>
    [JsonStringEnumMemberName("comment")]
    Comment,

    /// <summary>Ends it. The rule raises again only after its clear condition has held in between.</summary>
    [JsonStringEnumMemberName("clear")]
    Clear,
}

/// <summary>Asks a device's actor to change an alarm.</summary>
public sealed record AlarmChange
{
    /// <summary>Which.</summary>
    public required string AlarmId { get; init; }

    /// <summary>What.</summary>
    public required AlarmAction Action { get; init; }

    /// <summary>The assignee, or the comment; null with <see cref="AlarmAction.Assign"/>: nobody.</summary>
    public string? Text { get; init; }

    /// <summary>Who asks, at most 128 characters.</summary>
    public required string By { get; init; }

    /// <summary>When, Unix milliseconds UTC.</summary>
    public required long At { get; init; }
}

/// <summary>Alarms of one device.</summary>
/// <param name="Alarms">Newest first: all that are not cleared, and the last that were.</param>
public sealed record AlarmList(IReadOnlyList<DeviceAlarm> Alarms);

/// <summary>Event on topic <c>alarms</c>, type <see cref="Messaging.EventTypes.AlarmChanged"/>: raised, acknowledged, assigned, commented or cleared.</summary>
public sealed record AlarmEvent
{
    /// <summary>The alarm after the change.</summary>
    public required DeviceAlarm Alarm { get; init; }

    /// <summary>When it changed, Unix milliseconds UTC.</summary>
    public required long At { get; init; }

    /// <summary>The device after the change.</summary>
    public required DeviceView View { get; init; }
}
