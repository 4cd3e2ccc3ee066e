using System.Text.Json.Serialization;

namespace DeviceFleet.Contracts.Devices;

/// <summary>What a condition looks at.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ConditionKind>))]
public enum ConditionKind
{
    /// <summary>The value, compared with <see cref="RuleCondition.Value"/> by <see cref="RuleCondition.Op"/>.</summary>
    [JsonStringEnumMemberName("threshold")]
    Threshold,

    /// <summary>The value, outside <see cref="RuleCondition.Low"/> to <see cref="RuleCondition.High"/>.</summary>
    [JsonStringEnumMemberName("range")]
    Range,

    /// <summary>The change from one sample to the next, for each second between them, compared with <see cref="RuleCondition.Value"/>.</summary>
    [JsonStringEnumMemberName("rate")]
    Rate,

    /// <summary>No sample that holds the metric (or any, without one) for <see cref="RuleCondition.For"/>.</summary>
    [JsonStringEnumMemberName("absence")]
    Absence,
}

/// <summary>How a value is compared.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Comparison>))]
public enum Comparison
{
    /// <summary>Above.</summary>
    [JsonStringEnumMemberName(">")]
    Above,

    /// <summary>Above or equal.</summary>
    [JsonStringEnumMemberName(">=")]
    AtLeast,

    /// <summary>Below.</summary>
    [JsonStringEnumMemberName("<")]
    Below,

    /// <summary>Below or equal.</summary>
    [JsonStringEnumMemberName("<=")]
    AtMost,

    /// <summary>Equal.</summary>
    [JsonStringEnumMemberName("==")]
    Equal,

    /// <summary>Not equal.</summary>
    [JsonStringEnumMemberName("!=")]
    NotEqual,
}

/// <summary>When something is the case.</summary>
public sealed record RuleCondition
{
    /// <summary>What it looks at.</summary>
    public required ConditionKind Kind { get; init; }

    /// <summary>Name of the metric; may be left out for absence only.</summary>
    public string? Metric { get; init; }

    /// <summary>Threshold and rate.</summary>
    public Comparison? Op { get; init; }

    /// <summary>Threshold: in the metric's unit; rate: in that unit a second.</summary>
    public double? Value { get; init; }

    /// <summary>Range: the case when the value is below it.</summary>
    public double? Low { get; init; }

    /// <summary>Range: the case when the value is above it.</summary>
    public double? High { get; init; }

    /// <summary>
    /// How long it has to hold without a sample that says otherwise, by the samples' own time; for absence, how long nothing may come. 1 second to 30 days. Null: at
    /// once.
    /// </summary>
    public TimeSpan? For { get; init; }

    /// <summary>How many samples have to say so within <see cref="Within"/>, 2 to 30; null: one. Not together with <see cref="For"/>.</summary>
    public int? Count { get; init; }

    /// <summary>See <see cref="Count"/>; 1 second to 1 day.</summary>
    public TimeSpan? Within { get; init; }
}

/// <summary>Which devices a rule is for: those that fit all three. An empty part fits everything.</summary>
public sealed record RuleScope
{
    /// <summary>Ids of types; one of them.</summary>
    public IReadOnlyList<string> Types { get; init => field = value ?? []; } = [];

    /// <summary>Groups; in or below one of them.</summary>
    public IReadOnlyList<GroupPath> Groups { get; init => field = value ?? []; } = [];

    /// <summary>Tags; all of them, with these values.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init => field = value ?? new Dictionary<string, string>(); } = new Dictionary<string, string>();
}

/// <summary>
/// When to raise an alarm, and when to clear it. Comes from the configuration store under key <c>rule.{id}</c>, as JSON.
/// </summary>
public sealed record AlarmRule
{
    /// <summary>1 to 64 characters of <c>A–Z a–z 0–9 . _ -</c>; from the key when left out.</summary>
    public string Id { get; init => field = value ?? ""; } = "";

    /// <summary>From 1; has to rise with each change of the rule.</summary>
    public required long Version { get; init; }

    /// <summary>What people call it, at most 100 characters; null: its id.</summary>
    public string? Name { get; init; }

    /// <summary>How bad.</summary>
    public required AlarmSeverity Severity { get; init; }

    /// <summary>For which devices; null: for all.</summary>
    public RuleScope? Scope { get; init; }

    /// <summary>When to raise.</summary>
    public required RuleCondition When { get; init; }

    /// <summary>When to clear; null: when <see cref="When"/> is no longer the case. Not for absence, which any sample clears.</summary>
    public RuleCondition? Clear { get; init; }

    /// <summary>
    /// How far back the value has to go for a clear, in the metric's unit (threshold with <c>&gt;</c>, <c>&gt;=</c>, <c>&lt;</c>, <c>&lt;=</c>, and range); above 0.
    /// Not together with <see cref="Clear"/>.
    /// </summary>
    public double? Hysteresis { get; init; }
}

/// <summary>A setting that could not be used, and why.</summary>
/// <param name="Key">Its key in the configuration store.</param>
/// <param name="Faults">What is wrong with it.</param>
/// <param name="At">When it was refused, Unix milliseconds UTC.</param>
/// <param name="InForce">The version that stays in force in its place; null: none.</param>
public sealed record RefusedSetting(string Key, IReadOnlyList<string> Faults, long At, long? InForce);

/// <summary>The rules and types in force, and what was refused.</summary>
/// <param name="Revision">Rises with each change.</param>
/// <param name="Rules">By id.</param>
/// <param name="Types">By id.</param>
/// <param name="Refused">By key.</param>
public sealed record FleetSettings(long Revision, IReadOnlyList<AlarmRule> Rules, IReadOnlyList<DeviceType> Types, IReadOnlyList<RefusedSetting> Refused);

/// <summary>Asks what a draft rule would have done.</summary>
public sealed record RuleTrial
{
    /// <summary>Most series of one trial.</summary>
    public const int SeriesMax = 100;

    /// <summary>Most samples of one series.</summary>
    public const int SamplesMax = 10_000;

    /// <summary>The draft.</summary>
    public required AlarmRule Rule { get; init; }

    /// <summary>Recorded samples by device, each oldest first.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<TelemetrySample>> Series { get; init; }

    /// <summary>Until when absence is looked for, Unix milliseconds UTC; null: the last sample of each series.</summary>
    public long? Until { get; init; }
}

/// <summary>What a draft rule would have done.</summary>
/// <param name="Faults">What is wrong with the draft; with any, nothing was tried.</param>
/// <param name="Alarms">What it would have raised, oldest first, at most 1,000, cleared or not.</param>
/// <param name="Samples">How many samples were looked at.</param>
public sealed record RuleTrialResult(IReadOnlyList<string> Faults, IReadOnlyList<DeviceAlarm> Alarms, long Samples);
