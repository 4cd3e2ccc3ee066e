using System.Text.Json.Serialization;
using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Devices.Alarms;

/// <summary>What a rule waits for on one device.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RulePhase>))]
internal enum RulePhase
{
    /// <summary>For its condition: to raise.</summary>
    [JsonStringEnumMemberName("watching")]
    Watching,

    /// <summary>An alarm is raised: for the clear condition, to clear it.</summary>
    [JsonStringEnumMemberName("raised")]
    Raised,

    /// <summary>A person cleared it while it was still the case: for the clear condition, to watch again.</summary>
    [JsonStringEnumMemberName("muted")]
    Muted,
}

/// <summary>
/// What one rule has to remember of one device, stored with the device's state; a rule that watches and has seen nothing of note remembers nothing and has no entry. Immutable: a
/// sample that changes nothing gives back the same one.
/// </summary>
internal sealed record RuleMemory
{
    public required string RuleId { get; init; }

    /// <summary>Version of the rule that remembers. What another version remembered means nothing to it, except that an alarm is raised.</summary>
    public required long Version { get; init; }

    public RulePhase Phase { get; init; }

    /// <summary>What is evidence so far for the condition that is waited for; see <see cref="ConditionTrack"/>.</summary>
    public IReadOnlyList<EvidenceSample> Track { get; init => field = value ?? []; } = [];

    /// <summary>Absence: since when nothing came, Unix milliseconds UTC by the service's clock.</summary>
    public long? Since { get; init; }

    /// <summary>Absence, while it watches: when it is raised if nothing comes, Unix milliseconds UTC by the service's clock.</summary>
    public long? Due { get; init; }
}

/// <summary>A rule decided something.</summary>
/// <param name="Rule">The rule in force.</param>
/// <param name="IsRaise">Raise, else clear.</param>
/// <param name="Evidence">Why; null: the rule went.</param>
/// <param name="RuleId">Its id, also where the rule is no more.</param>
internal sealed record RuleDecision(string RuleId, PreparedRule? Rule, bool IsRaise, AlarmEvidence? Evidence);
