namespace EmbeddedDapr.Workflows;

/// <summary>Bounds of the workflow engine of one app.</summary>
public sealed record WorkflowEngineOptions
{
    /// <summary>Turns at one time, from their hand-out to their commit (<c>spec.workflow.maxConcurrentWorkflowInvocations</c>). 1 or more, 1,000 by default.</summary>
    public int TurnsMax { get; init; } = 1_000;

    /// <summary>Activities out at one time (<c>spec.workflow.maxConcurrentActivityInvocations</c>). 1 or more, 10,000 by default.</summary>
    public int ActivitiesMax { get; init; } = 10_000;

    /// <summary>Unanswered items of a worker that does not echo completion tokens: the JavaScript SDK drops what exceeds 110. 2 or more, 100 by default.</summary>
    public int StreamItemsMax { get; init; } = 100;

    /// <summary>Unanswered items of a worker that echoes completion tokens. 2 or more, 1,000 by default.</summary>
    public int TokenStreamItemsMax { get; init; } = 1_000;

    /// <summary>Share of a worker's items that activities may take, so that turns always get through. Above 0, up to 1; 0.9 by default.</summary>
    public double StreamActivityShare { get; init; } = 0.9;

    /// <summary>How long a worker may take to accept an item before its stream is dropped. 10 s by default.</summary>
    public TimeSpan SendTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Entries of an inbox that one turn may take. 1 or more, 1,000 by default.</summary>
    public int TurnEventsMax { get; init; } = 1_000;

    /// <summary>
    /// How long a result waits for those of activities that run beside it, so that a fan-in is a few turns and not one for each; the last one does not wait. 5 ms by default.
    /// </summary>
    public TimeSpan ResultLinger { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>Shortest pause before work whose worker has gone, or whose commit failed, is handed out again. 50 ms by default.</summary>
    public TimeSpan RedeliveryMin { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Longest such pause. 2 s by default.</summary>
    public TimeSpan RedeliveryMax { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Answers of a worker to one turn that cannot be carried out, after which the workflow fails. 1 or more, 3 by default.</summary>
    public int RejectionsMax { get; init; } = 3;

    /// <summary>Idle instances kept in memory; further ones are read again when something happens to them. 0 or more, 2,000 by default.</summary>
    public int IdleInstancesMax { get; init; } = 2_000;

    /// <summary>Timers kept in memory; later ones stay in the store until their time comes near. 1 or more, 10,000 by default.</summary>
    public int TimersInMemoryMax { get; init; } = 10_000;

    /// <summary>How far ahead timers are kept in memory. 1 h by default.</summary>
    public TimeSpan TimerHorizon { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Part of the body limit that a turn may fill before its instance stalls. 0.95 by default.</summary>
    public double PayloadShare { get; init; } = 0.95;

    /// <summary>A turn or activity that waits longer than this for a worker counts as not moving. 30 s by default.</summary>
    public TimeSpan WaitsTooLong { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Levels of children that recursive operations follow. 1 or more, 100 by default.</summary>
    public int ChildDepthMax { get; init; } = 100;

    /// <summary>How long ended instances are kept.</summary>
    public WorkflowRetention Retention { get; init; } = new();
}

/// <summary>How long ended instances are kept (<c>spec.workflow.stateRetentionPolicy</c>); null: for ever.</summary>
public sealed record WorkflowRetention
{
    /// <summary>Any outcome without an entry of its own.</summary>
    public TimeSpan? AnyTerminal { get; init; }

    /// <summary>Completed.</summary>
    public TimeSpan? Completed { get; init; }

    /// <summary>Failed.</summary>
    public TimeSpan? Failed { get; init; }

    /// <summary>Terminated.</summary>
    public TimeSpan? Terminated { get; init; }
}
