using EmbeddedDapr.Workflows.Storage;
using TaskHub.Protocol;

namespace EmbeddedDapr.Workflows.Turns;

/// <summary>What a turn is based on.</summary>
internal sealed record TurnInput
{
    /// <summary>The instance before the turn.</summary>
    public required WorkflowRow Row { get; init; }

    /// <summary>Its history before the turn.</summary>
    public required WorkflowFacts Facts { get; init; }

    /// <summary>The begin of the turn as the worker was told.</summary>
    public required HistoryEvent Started { get; init; }

    /// <summary>New events as the worker was told, the begin left out.</summary>
    public required IReadOnlyList<HistoryEvent> Events { get; init; }

    /// <summary>The worker's answer.</summary>
    public required WorkflowResponse Response { get; init; }

    /// <summary>Entries of the inbox behind the events, and others that are of no use any more.</summary>
    public required IReadOnlyList<long> Taken { get; init; }

    /// <summary>Sequence number of the first entry behind the events: a new generation's first entry takes its place, before everything that has arrived since.</summary>
    public required long FirstTaken { get; init; }

    /// <summary>Now.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>App id.</summary>
    public required string AppId { get; init; }

    /// <summary>How long ended instances are kept.</summary>
    public required WorkflowRetention Retention { get; init; }

    /// <summary>Gives sequence numbers.</summary>
    public required Func<long> NextSequence { get; init; }
}

/// <summary>What follows from a turn.</summary>
internal sealed record TurnPlan
{
    /// <summary>What to commit; null: the answer cannot be carried out, see <see cref="Rejection"/>.</summary>
    public WorkflowChange? Change { get; init; }

    /// <summary>Events to add to the history.</summary>
    public IReadOnlyList<HistoryEvent> Events { get; init; } = [];

    /// <summary>The instance waits for another worker: the events stay in the inbox.</summary>
    public bool IsStalled { get; init; }

    /// <summary>A new generation begins.</summary>
    public bool IsNewGeneration { get; init; }

    /// <summary>Why the answer cannot be carried out.</summary>
    public string Rejection { get; init; } = string.Empty;
}
