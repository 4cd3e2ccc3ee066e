using DeviceFleet.Contracts.Rollouts;

namespace DeviceFleet.Provisioning.Rollouts;

/// <summary>A rollout without its devices, as it is stored.</summary>
internal sealed record RolloutHead
{
    public required string Id { get; init; }

    public required long Revision { get; init; }

    public required RolloutState State { get; init; }

    public required RolloutPlan Plan { get; init; }

    public required RolloutTargets Targets { get; init; }

    /// <summary>As it was when the rollout began: what is rolled out keeps its release.</summary>
    public required Release Release { get; init; }

    /// <summary>How many devices.</summary>
    public required int Devices { get; init; }

    public required IReadOnlyList<WaveHead> Waves { get; init; }

    public required string By { get; init; }

    public required long CreatedAt { get; init; }

    /// <summary>Why it is as it is.</summary>
    public string? Detail { get; init; }

    /// <summary>What it ends as once devices are put back.</summary>
    public RolloutState EndsAs { get; init; }

    /// <summary>When it stopped telling devices to update for good; Unix milliseconds UTC.</summary>
    public long? StoppedAt { get; init; }

    /// <summary>When nothing was under way any more; Unix milliseconds UTC.</summary>
    public long? EndedAt { get; init; }

    /// <summary>The outbox: the newest view was told, as event and to the directory.</summary>
    public bool IsTold { get; init; }
}

/// <summary>One wave as it is stored.</summary>
/// <param name="Devices">How many devices it has.</param>
/// <param name="State">How it stands.</param>
/// <param name="StartedAt">Unix milliseconds UTC.</param>
/// <param name="SoakUntil">Until when it is watched, Unix milliseconds UTC.</param>
internal sealed record WaveHead(int Devices, WaveState State, long? StartedAt, long? SoakUntil);
