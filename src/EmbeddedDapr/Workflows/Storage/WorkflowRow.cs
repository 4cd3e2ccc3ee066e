using TaskHub.Protocol;

namespace EmbeddedDapr.Workflows.Storage;

/// <summary>What is stored of one instance beside its history and its inbox.</summary>
internal sealed record WorkflowRow
{
    /// <summary>Unique for this use of the id: another use of the same id, after its end, has another key.</summary>
    public required long Key { get; init; }

    /// <summary>Instance id.</summary>
    public required string Id { get; init; }

    /// <summary>Counts commits; a commit of a turn names the version it was based on.</summary>
    public long Version { get; init; } = 1;

    /// <summary>Counts continue-as-new and uses of the id, from 1.</summary>
    public int Generation { get; init; } = 1;

    /// <summary>New for every generation.</summary>
    public required string ExecutionId { get; init; }

    /// <summary>Name of the workflow.</summary>
    public required string Name { get; init; }

    /// <summary>As clients see it.</summary>
    public required OrchestrationStatus Status { get; init; }

    /// <summary>Events are held back until it is resumed; true beneath <see cref="OrchestrationStatus.Stalled"/>, too.</summary>
    public bool IsSuspended { get; init; }

    /// <summary>Why it is stalled; empty: it is not.</summary>
    public string StalledWhy { get; init; } = string.Empty;

    /// <summary>Set by the workflow; null: none.</summary>
    public string? CustomStatus { get; init; }

    /// <summary>When this generation was asked for.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Begin of the first turn; null: not begun.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Latest event.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>End; null: not ended.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>Not to begin before; null: at once.</summary>
    public DateTimeOffset? ScheduledAt { get; init; }

    /// <summary>Instance id of the parent; null: none.</summary>
    public string? ParentId { get; init; }

    /// <summary>Which generation of the parent asked for it.</summary>
    public string? ParentExecutionId { get; init; }

    /// <summary>Id of the action that asked for it.</summary>
    public int ParentTask { get; init; }

    /// <summary>App id of the parent.</summary>
    public string? ParentAppId { get; init; }

    /// <summary>Ended, whatever the outcome.</summary>
    public bool IsTerminal => IsTerminalStatus(Status);

    public static bool IsTerminalStatus(OrchestrationStatus status) => status is OrchestrationStatus.Completed
        or OrchestrationStatus.Failed or OrchestrationStatus.Canceled or OrchestrationStatus.Terminated;
}

/// <summary>One entry of an instance's inbox: events that its next turns will see.</summary>
/// <param name="Sequence">Order of arrival, unique in the process and over its restarts.</param>
/// <param name="Generation">Results belong to a generation and go with it; 0: an event from outside, which does not.</param>
/// <param name="Events">Events in the form of <see cref="EventChunk"/>.</param>
internal sealed record InboxRow(long Sequence, int Generation, ReadOnlyMemory<byte> Events);

/// <summary>A timer that has not fired. Negative ids are the engine's own.</summary>
/// <param name="Key">Instance.</param>
/// <param name="InstanceId">Instance id.</param>
/// <param name="TimerId">Id of the action that made it, or one of <see cref="EngineTimers"/>.</param>
/// <param name="DueAt">When.</param>
internal readonly record struct TimerRow(long Key, string InstanceId, int TimerId, DateTimeOffset DueAt);

/// <summary>Timers that no workflow made.</summary>
internal static class EngineTimers
{
    /// <summary>The scheduled start.</summary>
    public const int Start = int.MinValue;

    /// <summary>The end of an ended instance's retention.</summary>
    public const int Retention = int.MinValue + 1;
}
