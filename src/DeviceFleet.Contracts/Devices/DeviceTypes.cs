using System.Text.Json.Serialization;

namespace DeviceFleet.Contracts.Devices;

/// <summary>
/// What devices of one make send and take. Comes from the configuration store under key <c>type.{id}</c>, as JSON.
/// </summary>
public sealed record DeviceType
{
    /// <summary>1 to 64 characters of <c>A–Z a–z 0–9 . _ -</c>; from the key when left out.</summary>
    public string Id { get; init => field = value ?? ""; } = "";

    /// <summary>What people call it, at most 100 characters; null: its id.</summary>
    public string? Name { get; init; }

    /// <summary>Metrics by name, at most 64.</summary>
    public IReadOnlyDictionary<string, MetricSpec> Metrics { get; init => field = value ?? new Dictionary<string, MetricSpec>(); } = new Dictionary<string, MetricSpec>();

    /// <summary>Whether samples with other metrics are refused.</summary>
    public bool OnlyThese { get; init; }

    /// <summary>How often its devices send, 1 second to 7 days; silent for three times as long, they count as stale. Null: the service's default.</summary>
    public TimeSpan? ReportingInterval { get; init; }

    /// <summary>Members of the twin by JSON pointer, in desired and in reported alike; others are free. At most 64.</summary>
    public IReadOnlyDictionary<string, TwinMemberSpec> Twin { get; init => field = value ?? new Dictionary<string, TwinMemberSpec>(); } = new Dictionary<string, TwinMemberSpec>();
}

/// <summary>A metric.</summary>
public sealed record MetricSpec
{
    /// <summary>Unit, as people write it, at most 16 characters.</summary>
    public string? Unit { get; init; }

    /// <summary>Least value that a sample may have; null: any.</summary>
    public double? Min { get; init; }

    /// <summary>Greatest value that a sample may have; null: any.</summary>
    public double? Max { get; init; }
}

/// <summary>Kinds of values in a twin.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TwinValueKind>))]
public enum TwinValueKind
{
    /// <summary>A number.</summary>
    [JsonStringEnumMemberName("number")]
    Number,

    /// <summary>A number without fraction.</summary>
    [JsonStringEnumMemberName("integer")]
    Whole,

    /// <summary>A text.</summary>
    [JsonStringEnumMemberName("string")]
    Text,

    /// <summary>True or false.</summary>
    [JsonStringEnumMemberName("boolean")]
    Boolean,
}

/// <summary>A member of the twin.</summary>
public sealed record TwinMemberSpec
{
    /// <summary>What it is.</summary>
    public required TwinValueKind Kind { get; init; }

    /// <summary>Least number; null: any.</summary>
    public double? Min { get; init; }

    /// <summary>Greatest number; null: any.</summary>
    public double? Max { get; init; }

    /// <summary>The texts that it may be; null: any.</summary>
    public IReadOnlyList<string>? OneOf { get; init; }
}
