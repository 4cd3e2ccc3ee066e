using EmbeddedDapr.Workflows.Storage;
using EmbeddedDapr.Workflows.Turns;
using TaskHub.Protocol;

namespace EmbeddedDapr.Workflows;

/// <content>Storing what a turn has led to; afterwards its effects leave.</content>
internal sealed partial class ResidentWorkflow
{
    private async Task CommitAsync(Func<TurnInput, TurnPlan> planner, WorkflowResponse response, bool isDispatched)
    {
        TurnPlan? plan = null;
        ChangeOutcome? outcome = null;
        try
        {
            plan = Plan(planner, response);
            if (plan.Change is { } change)
            {
                outcome = await _engine.Store.CommitAsync(change);
            }
        }
        catch (Exception failure) when (!_engine.IsStopped)
        {
            _engine.CommitFailed(this, failure);
        }
        finally
        {
            if (isDispatched)
            {
                _engine.Dispatcher.TurnEnded();
            }
        }

        if (plan is { Change: null })
        {
            _engine.Rejected(this, plan.Rejection);
            lock (_gate)
            {
                _turn = null;
                _phase = TurnPhase.Paused;
            }

            _engine.Later(Retry, _rejections);
            return;
        }

        if (outcome is not { IsCommitted: true })
        {
            // Storing failed, or somebody else has changed the instance: what is in memory is no longer sure.
            _engine.ReadAgain(this);
            return;
        }

        _engine.Committed(this, Apply(plan!, outcome), plan!, outcome);
    }

    private TurnPlan Plan(Func<TurnInput, TurnPlan> planner, WorkflowResponse response)
    {
        lock (_gate)
        {
            var turn = _turn!;
            var input = new TurnInput
            {
                Row = _row,
                Facts = _facts,
                Started = turn.Started,
                Events = turn.Events,
                Response = response,
                Taken = [.. turn.Entries.Select(entry => entry.Sequence), .. _useless],
                FirstTaken = turn.Entries[0].Sequence,
                Now = _engine.Stamp(),
                AppId = _engine.AppId,
                Retention = _engine.Options.Retention,
                NextSequence = _engine.NextSequence,
            };
            var plan = planner(input);
            if (plan.Change is not null || ++_rejections < _engine.Options.RejectionsMax)
            {
                return plan;
            }

            // E-12: the same answer over and over helps nobody.
            return planner(input with { Response = TurnPlanner.Fail(InstanceId, plan.Rejection) });
        }
    }

    private WorkflowRow Apply(TurnPlan plan, ChangeOutcome outcome)
    {
        var change = plan.Change!;
        lock (_gate)
        {
            var turn = _turn!;
            _turn = null;
            _rejections = 0;
            _row = change.Row;
            _useless.RemoveAll(change.InboxTaken.Contains);
            if (change.InboxTaken.Count > 0)
            {
                var taken = turn.Entries.ToHashSet(ReferenceEqualityComparer.Instance);
                _inbox.RemoveAll(taken.Contains);
            }

            if (change.IsNewGeneration)
            {
                _facts = new WorkflowFacts();
                _historyLength = 0;
                _history = [];
                _inbox.RemoveAll(entry => entry.Generation != 0);
            }
            else
            {
                _facts.Add(plan.Events);
            }

            if (change.DropsTasks)
            {
                foreach (var activity in _activities.Values)
                {
                    activity.IsWithdrawn = true;
                }

                _activities.Clear();
            }

            Remember(change.History);
            _inbox.InsertRange(0, change.InboxAdded.Select(InboxEntry.Of));
            foreach (var (start, result) in change.Starts.Zip(outcome.Starts))
            {
                if (result == StartOutcome.Occupied && start.IfOccupied is { } row)
                {
                    _inbox.Add(InboxEntry.Of(row));
                }
            }

            _inbox.Sort(static (a, b) => a.Sequence.CompareTo(b.Sequence));
            _phase = plan.IsStalled ? TurnPhase.Stalled : TurnPhase.Idle;
            if (_row.IsTerminal)
            {
                _inbox.Clear();
            }

            return _row;
        }
    }

    private void Remember(HistoryChunk? chunk)
    {
        if (chunk is null)
        {
            return;
        }

        // A worker's stream may still be writing the old bytes: they are added to, never changed.
        var length = _historyLength + chunk.Events.Length;
        if (length > _history.Length)
        {
            var grown = new byte[Math.Max(length, Math.Max(512, _history.Length * 2))];
            _history.AsSpan(0, _historyLength).CopyTo(grown);
            _history = grown;
        }

        chunk.Events.Span.CopyTo(_history.AsSpan(_historyLength));
        _historyLength = length;
    }
}
