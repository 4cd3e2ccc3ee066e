namespace DeviceFleet.Contracts.Devices;

/// <summary>
/// One sample as a device sends it on <c>fleet/{id}/telemetry</c>: <c>{boot?, seq?, ts?, metrics:{name: number}}</c>.
/// <c>(boot, seq)</c> identify it; without them it is accepted, never deduped, and counted as unsequenced.
/// </summary>
public sealed record TelemetrySample
{
    /// <summary>Counts the device's starts, from 0; or null.</summary>
    public long? Boot { get; init; }

    /// <summary>Counts samples since that start, from 0; or null.</summary>
    public long? Seq { get; init; }

    /// <summary>When it was measured, Unix milliseconds UTC; null: when it was received.</summary>
    public long? Ts { get; init; }

    /// <summary>1 to 64 finite numbers by metric name (1 to 64 characters each).</summary>
    public required IReadOnlyDictionary<string, double> Metrics { get; init; }
}

/// <summary>The samples of one MQTT message, 1 to 100.</summary>
public sealed record IngestRequest
{
    /// <summary>The samples, in the order sent.</summary>
    public required IReadOnlyList<TelemetrySample> Samples { get; init; }

    /// <summary>When the service took the message, Unix milliseconds UTC.</summary>
    public required long ReceivedAt { get; init; }
}

/// <summary>What became of one sample.</summary>
public enum SampleOutcome
{
    /// <summary>Counted; if it is the newest, it is the last value.</summary>
    Applied,

    /// <summary>Seen before: changes nothing but the count of duplicates.</summary>
    Duplicate,

    /// <summary>Older than the window of 1,024, or of an earlier boot: refused.</summary>
    TooLate,

    /// <summary>Readable, but out of bounds: refused.</summary>
    Invalid,
}

/// <summary>What became of one sample, and why when it was refused.</summary>
/// <param name="Outcome">The outcome.</param>
/// <param name="Reason">One of <see cref="RejectionReasons"/> when refused, else null.</param>
public readonly record struct SampleResult(SampleOutcome Outcome, string? Reason = null);

/// <summary>Answer of a turn that took samples.</summary>
public sealed record IngestReply
{
    /// <summary>One result a sample, in the order of the request.</summary>
    public required IReadOnlyList<SampleResult> Results { get; init; }

    /// <summary>The device's totals after this turn.</summary>
    public required DeviceTotals Totals { get; init; }

    /// <summary>Number of the device's change that this turn made; rises by one a turn that saved.</summary>
    public required long Revision { get; init; }

    /// <summary>Presence after this turn.</summary>
    public required Presence Presence { get; init; }

    /// <summary>The device as its group counts it after this turn; null: it is in no group, or nothing changed for it.</summary>
    public GroupReport? GroupReport { get; init; }
}

/// <summary>What a turn tells a device's group.</summary>
/// <param name="Group">Which.</param>
/// <param name="Observation">What the device looks like.</param>
public sealed record GroupReport(GroupPath Group, Groups.MemberObservation Observation);

/// <summary>
/// How many samples a device sent and what became of them, since it was first seen.
/// <c>Received = Applied + Duplicates + TooLate + Invalid</c>, always.
/// </summary>
/// <param name="Received">Samples that reached the actor, and unreadable messages (one each).</param>
/// <param name="Applied">Counted exactly once each.</param>
/// <param name="Duplicates">Sent again and recognised.</param>
/// <param name="TooLate">Refused for age.</param>
/// <param name="Invalid">Refused for content.</param>
/// <param name="Unsequenced">Of the applied: those without boot and seq.</param>
public sealed record DeviceTotals(long Received, long Applied, long Duplicates, long TooLate, long Invalid, long Unsequenced)
{
    /// <summary>Nothing yet.</summary>
    public static DeviceTotals Zero { get; } = new(0, 0, 0, 0, 0, 0);
}

/// <summary>Event on topic <c>telemetry</c>, type <see cref="Messaging.EventTypes.TelemetryReceived"/>: one sample that is on disk.</summary>
public sealed record TelemetryEvent
{
    /// <summary>Whose.</summary>
    public required DeviceId DeviceId { get; init; }

    /// <summary>As sent.</summary>
    public long? Boot { get; init; }

    /// <summary>As sent.</summary>
    public long? Seq { get; init; }

    /// <summary>Measured at, Unix milliseconds UTC.</summary>
    public required long Ts { get; init; }

    /// <summary>Received at, Unix milliseconds UTC.</summary>
    public required long ReceivedAt { get; init; }

    /// <summary>As sent.</summary>
    public required IReadOnlyDictionary<string, double> Metrics { get; init; }

    /// <summary>True when the turn said "duplicate": it may be in the topic already, and consumers drop it by <c>(device, boot, seq)</c>.</summary>
    public bool Duplicate { get; init; }

    /// <summary>The device's totals after the turn that took it.</summary>
    public required DeviceTotals Totals { get; init; }

    /// <summary>The device's revision after that turn; newer wins.</summary>
    public required long Revision { get; init; }
}
