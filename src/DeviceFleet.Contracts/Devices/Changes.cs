using System.Text.Json.Serialization;

namespace DeviceFleet.Contracts.Devices;

/// <summary>What became of a change that somebody asked for. Only <see cref="Applied"/> changed anything.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ChangeOutcome>))]
public enum ChangeOutcome
{
    /// <summary>Done, and on disk.</summary>
    [JsonStringEnumMemberName("applied")]
    Applied,

    /// <summary>It was so already: the same request again, or a write that says what is there.</summary>
    [JsonStringEnumMemberName("unchanged")]
    Unchanged,

    /// <summary>It expected another version, or the thing is in a state that does not allow it.</summary>
    [JsonStringEnumMemberName("conflict")]
    Conflict,

    /// <summary>It breaks a rule or a bound.</summary>
    [JsonStringEnumMemberName("invalid")]
    Invalid,

    /// <summary>There is no such thing.</summary>
    [JsonStringEnumMemberName("not-found")]
    NotFound,

    /// <summary>As many are there as there may be.</summary>
    [JsonStringEnumMemberName("full")]
    Full,
}

/// <summary>Answer of a turn that was asked for a change.</summary>
/// <typeparam name="T">What was to be changed.</typeparam>
public sealed record ChangeReply<T>
    where T : class
{
    /// <summary>What became of it.</summary>
    public required ChangeOutcome Outcome { get; init; }

    /// <summary>The thing as it is after the turn; null when there is none.</summary>
    public T? Value { get; init; }

    /// <summary>What was wrong, for a person; null when nothing was.</summary>
    public string? Detail { get; init; }

    /// <summary>One of <see cref="RejectionReasons"/> where it was a device's message, and refused; else null.</summary>
    public string? Reason { get; init; }
}
