using EmbeddedDapr.Workflows.Dispatch;
using EmbeddedDapr.Workflows.Turns;
using TaskHub.Protocol;

namespace EmbeddedDapr.Workflows;

/// <content>From inbox to worker to store (contract section 4.4).</content>
internal sealed partial class ResidentWorkflow
{
    /// <summary>Something may have to be done: queues a turn if there is anything for one.</summary>
    public void Signal() => Signal(mayLinger: true);

    private void Signal(bool mayLinger)
    {
        lock (_gate)
        {
            if (_phase == TurnPhase.Lingering && (!mayLinger || !Lingers_NeedsLock()))
            {
                _phase = TurnPhase.Idle;
            }

            if (_phase != TurnPhase.Idle || _isGone || !HasTurn_NeedsLock())
            {
                return;
            }

            if (mayLinger && Lingers_NeedsLock())
            {
                _phase = TurnPhase.Lingering;
                _engine.After(_engine.Options.ResultLinger, () => Signal(mayLinger: false));
                return;
            }

            if (EndsUnbegun_NeedsLock())
            {
                BeginUnasked_NeedsLock();
                return;
            }

            _phase = TurnPhase.Queued;
        }

        _engine.Dispatcher.Enqueue(this);
    }

    /// <summary>A worker has connected, or a pause is over.</summary>
    public void Retry()
    {
        lock (_gate)
        {
            if (_phase is TurnPhase.Paused or TurnPhase.Stalled)
            {
                _phase = TurnPhase.Idle;
            }
        }

        Signal();
    }

    public override WorkItemFrame? Begin(string token)
    {
        lock (_gate)
        {
            if (_phase != TurnPhase.Queued)
            {
                return null;
            }

            if (_isGone || Take_NeedsLock() is not { } turn)
            {
                _phase = TurnPhase.Idle;
                return null;
            }

            var request = new WorkflowRequest { InstanceId = InstanceId, ExecutionId = _row.ExecutionId };
            request.NewEvents.Add(turn.Started);
            request.NewEvents.Add(turn.Events);
            var frame = WorkItemFrame.Turn(request, _history.AsMemory(0, _historyLength), token);
            _turn = turn;
            if (frame.Size > _engine.TurnBytesMax)
            {
                _phase = TurnPhase.Committing;
                var why = $"the turn has {frame.Size} bytes, {_engine.TurnBytesMax} are allowed";
                _engine.Run(() => CommitAsync(input => TurnPlanner.Stall(input, StalledReason.PayloadSizeExceeded, why), TurnPlanner.Nothing(InstanceId), isDispatched: false));
                return null;
            }

            _phase = TurnPhase.Out;
            return frame;
        }
    }

    public override void Lost()
    {
        lock (_gate)
        {
            if (_phase != TurnPhase.Out)
            {
                return;
            }

            _turn = null;
            _phase = TurnPhase.Paused;
        }

        _engine.Later(Retry, Losses);
    }

    /// <summary>The worker's answer. The dispatcher has made sure that it belongs to this turn.</summary>
    public void Answer(WorkflowResponse response)
    {
        lock (_gate)
        {
            if (_phase != TurnPhase.Out)
            {
                return;
            }

            Losses = 0;
            _phase = TurnPhase.Committing;
        }

        _engine.Run(() => CommitAsync(TurnPlanner.Plan, response, isDispatched: true));
    }

    /// <summary>Nothing but results has come, and more of them are to be expected.</summary>
    private bool Lingers_NeedsLock() =>
        _activities.Count > 0
        && _engine.Options.ResultLinger > TimeSpan.Zero
        && _inbox.TrueForAll(static entry => entry.Events is [{ TaskCompleted: not null } or { TaskFailed: not null }]);

    private bool HasTurn_NeedsLock()
    {
        if (_row.IsTerminal || _inbox.Count == 0)
        {
            return false;
        }

        if (_facts.Start is null && _row.ScheduledAt > _engine.Time.GetUtcNow())
        {
            return EndsUnbegun_NeedsLock();
        }

        return !_row.IsSuspended || _inbox.Exists(entry => entry.Events.Any(one => one.ExecutionResumed is not null || one.ExecutionTerminated is not null));
    }

    /// <summary>Terminated before its first turn: no user code runs, so no worker is asked.</summary>
    private bool EndsUnbegun_NeedsLock() =>
        _facts.Start is null && _row.Generation == 1 && _row.StartedAt is null && _inbox.Exists(entry => entry.Events.Any(one => one.ExecutionTerminated is not null));

    private void BeginUnasked_NeedsLock()
    {
        if (Take_NeedsLock() is not { } turn)
        {
            return;
        }

        _turn = turn;
        _phase = TurnPhase.Committing;
        _engine.Run(() => CommitAsync(TurnPlanner.Plan, TurnPlanner.Nothing(InstanceId), isDispatched: false));
    }

    /// <summary>
    /// The events of the next turn. While it is suspended, everything but resume and terminate is held back (E-6); results that nobody waits for, or that have come before, go.
    /// </summary>
    private TurnInFlight? Take_NeedsLock()
    {
        List<InboxEntry> taken = [];
        List<InboxEntry> held = [];
        List<HistoryEvent> events = [];
        var resolved = new HashSet<(OperationKind Kind, int Id)>();
        var suspended = _row.IsSuspended;
        void Use(InboxEntry entry)
        {
            taken.Add(entry);
            foreach (var one in entry.Events)
            {
                if (WorkflowFacts.Resolves(one) is not { } operation || (_facts.IsOpen(operation.Kind, operation.Id) && resolved.Add(operation)))
                {
                    events.Add(one);
                }
            }
        }

        foreach (var entry in _inbox)
        {
            if (taken.Count >= _engine.Options.TurnEventsMax)
            {
                break;
            }

            var first = entry.Events.Count == 0 ? null : entry.Events[0];
            if (first?.ExecutionResumed is not null)
            {
                suspended = false;
                Use(entry);
                held.ForEach(Use);
                held.Clear();
            }
            else if (suspended && first?.ExecutionTerminated is null)
            {
                held.Add(entry);
            }
            else
            {
                suspended |= first?.ExecutionSuspended is not null;
                Use(entry);
            }
        }

        if (events.Count == 0)
        {
            _useless.AddRange(taken.Select(entry => entry.Sequence));
            taken.ForEach(entry => _inbox.Remove(entry));
            return null;
        }

        var started = WorkflowEvents.WorkflowStarted(_engine.Stamp());
        if (_row.Generation > 1 && _facts.Start is null)
        {
            started.Router = new TaskRouter { SourceAppID = _engine.AppId };
        }

        return new TurnInFlight(taken, events, started);
    }

    /// <summary>A turn that is under way.</summary>
    private sealed record TurnInFlight(IReadOnlyList<InboxEntry> Entries, IReadOnlyList<HistoryEvent> Events, HistoryEvent Started);
}
