using EmbeddedDapr.Workflows.Dispatch;
using EmbeddedDapr.Workflows.Storage;
using EmbeddedDapr.Workflows.Turns;
using TaskHub.Protocol;

namespace EmbeddedDapr.Workflows;

/// <summary>Events in an inbox, read.</summary>
/// <param name="Sequence">Order of arrival.</param>
/// <param name="Generation">Results: of that generation; 0: from outside.</param>
/// <param name="Events">The events.</param>
internal sealed record InboxEntry(long Sequence, int Generation, IReadOnlyList<HistoryEvent> Events)
{
    public static InboxEntry Of(InboxRow row) => new(row.Sequence, row.Generation, EventChunk.Read(row.Events));
}

/// <summary>
/// One instance in memory: row, facts and bytes of its history, its inbox. At most one turn is under way. Thread safe; what happens in it happens under its lock, storing and
/// sending outside.
/// </summary>
internal sealed partial class ResidentWorkflow : Work
{
    private readonly Lock _gate = new();
    private readonly WorkflowEngine _engine;
    private readonly List<InboxEntry> _inbox = [];
    private readonly List<long> _useless = [];
    private readonly Dictionary<int, ActivityWork> _activities = [];
    private WorkflowFacts _facts = new();
    private byte[] _history = [];
    private int _historyLength;
    private WorkflowRow _row;
    private TurnPhase _phase;
    private TurnInFlight? _turn;
    private int _rejections;
    private bool _isGone;

    public ResidentWorkflow(WorkflowEngine engine, WorkflowSnapshot snapshot)
    {
        _engine = engine;
        _row = snapshot.Row;
        InstanceId = snapshot.Row.Id;
        _history = snapshot.History;
        _historyLength = _history.Length;
        _facts.Add(EventChunk.Read(snapshot.History));
        _inbox.AddRange(snapshot.Inbox.Select(InboxEntry.Of));
        if (_row.Status == OrchestrationStatus.Stalled)
        {
            _phase = TurnPhase.Stalled;
        }
    }

    private enum TurnPhase
    {
        /// <summary>Nothing to do.</summary>
        Idle,

        /// <summary>Waits for a worker.</summary>
        Queued,

        /// <summary>A worker has the turn.</summary>
        Out,

        /// <summary>The answer is being stored.</summary>
        Committing,

        /// <summary>Waits before it is handed out again.</summary>
        Paused,

        /// <summary>A result waits for others.</summary>
        Lingering,

        /// <summary>Waits for another worker to connect.</summary>
        Stalled,
    }

    public override string InstanceId { get; }

    /// <summary>As committed.</summary>
    public WorkflowRow Row
    {
        get
        {
            lock (_gate)
            {
                return _row;
            }
        }
    }

    /// <summary>Of its use of the id.</summary>
    public long Key => Row.Key;

    /// <summary>It is not in memory any more, or about to leave: look it up again.</summary>
    public bool IsGone
    {
        get
        {
            lock (_gate)
            {
                return _isGone;
            }
        }
    }

    /// <summary>All children of the generation.</summary>
    public IReadOnlyList<string> Children
    {
        get
        {
            lock (_gate)
            {
                return [.. _facts.Children];
            }
        }
    }

    /// <summary>Out of memory on the next occasion: nothing waits in it, no turn is under way.</summary>
    public bool TryLeave()
    {
        lock (_gate)
        {
            if (_phase is not (TurnPhase.Idle or TurnPhase.Stalled) || _inbox.Count > 0 || _activities.Count > 0)
            {
                return false;
            }

            _isGone = true;
            return true;
        }
    }

    /// <summary>What it knows may be wrong: it is to be read again.</summary>
    public void Discard()
    {
        lock (_gate)
        {
            _isGone = true;
            foreach (var activity in _activities.Values)
            {
                activity.IsWithdrawn = true;
            }
        }
    }

    /// <summary>Puts events into the inbox in memory. False: it is not in memory any more, and whoever reads it again finds what was stored.</summary>
    public bool Append(InboxEntry entry)
    {
        lock (_gate)
        {
            if (_row.IsTerminal)
            {
                return true; // lost, as everything that comes after the end
            }

            if (_isGone)
            {
                return false;
            }

            if (entry.Generation > 0 && entry.Generation != _row.Generation)
            {
                return true; // of a generation that has gone
            }

            var index = _inbox.Count;
            while (index > 0 && _inbox[index - 1].Sequence > entry.Sequence)
            {
                index--;
            }

            if (index == 0 || _inbox[index - 1].Sequence != entry.Sequence)
            {
                _inbox.Insert(index, entry);
            }
        }

        Signal();
        return true;
    }

    /// <summary>Puts the firing of a timer into the inbox; nothing is stored, since the timer's row stays until its turn is committed.</summary>
    public bool Fire(TimerRow timer, DateTimeOffset now, long sequence)
    {
        lock (_gate)
        {
            if (_isGone && !_row.IsTerminal)
            {
                return false;
            }

            if (_row.IsTerminal || _row.Key != timer.Key || !_facts.IsOpen(OperationKind.Timer, timer.TimerId)
                || _facts.Timers.Find(one => one.Id == timer.TimerId) is not { } open || open.DueAt > now
                || _inbox.Exists(entry => entry.Events.Any(one => one.TimerFired?.TimerId == timer.TimerId)))
            {
                return true;
            }

            _inbox.Add(new InboxEntry(sequence, _row.Generation, [WorkflowEvents.TimerFired(now, timer.TimerId, open.FireAt)]));
        }

        Signal();
        return true;
    }

    /// <summary>Whether it is suspended once everything in its inbox has been seen.</summary>
    public bool WillBeSuspended()
    {
        lock (_gate)
        {
            var suspended = _row.IsSuspended;
            foreach (var one in _inbox.SelectMany(entry => entry.Events))
            {
                suspended = one.EventTypeCase switch
                {
                    HistoryEvent.EventTypeOneofCase.ExecutionSuspended => true,
                    HistoryEvent.EventTypeOneofCase.ExecutionResumed => false,
                    _ => suspended,
                };
            }

            return suspended;
        }
    }

    /// <summary>Makes work of the tasks that are to be done; those without an entry in the history are of no use.</summary>
    public IReadOnlyList<ActivityWork> Activities(IReadOnlyList<int> tasks)
    {
        var made = new List<ActivityWork>(tasks.Count);
        lock (_gate)
        {
            var answered = _inbox.SelectMany(entry => entry.Events).Select(WorkflowFacts.Resolves).OfType<(OperationKind Kind, int Id)>().ToHashSet();
            foreach (var task in tasks)
            {
                if (_facts.Tasks.TryGetValue(task, out var scheduled) && !answered.Contains((OperationKind.Task, task)) && !_activities.ContainsKey(task))
                {
                    var work = new ActivityWork(_row, scheduled, _engine.ActivityLost);
                    _activities.Add(task, work);
                    made.Add(work);
                }
            }
        }

        return made;
    }

    /// <summary>A result has come. The event to put into the inbox; null: nobody waits for it.</summary>
    public (bool IsGone, HistoryEvent? Event) Answer(ActivityWork work, ActivityResponse response, DateTimeOffset now)
    {
        lock (_gate)
        {
            // An ended instance never stays in memory: asking again would not find another answer.
            if (_isGone && !_row.IsTerminal && _row.Key == work.Key)
            {
                return (true, null);
            }

            if (_row.Key != work.Key || _row.Generation != work.Generation)
            {
                return (false, null);
            }

            if (_activities.Remove(work.TaskId, out var known))
            {
                known.IsWithdrawn = true;
            }

            return (false, _row.IsTerminal || !_facts.IsOpen(OperationKind.Task, work.TaskId) ? null : WorkflowEvents.TaskEnded(now, work.Scheduled, response));
        }
    }

    /// <summary>Committed events, in order.</summary>
    public IReadOnlyList<HistoryEvent> History()
    {
        lock (_gate)
        {
            return EventChunk.Read(_history.AsMemory(0, _historyLength));
        }
    }
}
