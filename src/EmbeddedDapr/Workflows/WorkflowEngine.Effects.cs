using EmbeddedDapr.Workflows.Dispatch;
using EmbeddedDapr.Workflows.Storage;
using EmbeddedDapr.Workflows.Turns;

namespace EmbeddedDapr.Workflows;

/// <content>What happens once something is stored.</content>
internal sealed partial class WorkflowEngine
{
    /// <summary>A turn is stored: its effects leave.</summary>
    public void Committed(ResidentWorkflow workflow, WorkflowRow row, TurnPlan plan, ChangeOutcome outcome)
    {
        var change = plan.Change!;
        foreach (var activity in workflow.Activities(change.TasksAdded))
        {
            Dispatcher.Enqueue(activity);
        }

        foreach (var (timer, due) in change.TimersAdded)
        {
            Timers.Add(new TimerRow(row.Key, row.Id, timer, due));
        }

        foreach (var (start, result) in change.Starts.Zip(outcome.Starts))
        {
            if (result == StartOutcome.Started)
            {
                Adopt(start);
            }
        }

        foreach (var (post, key) in change.Posts.Zip(outcome.Posts))
        {
            if (key != 0)
            {
                Run(() => DeliverAsync(post, key));
            }
        }

        if (plan.IsStalled)
        {
            Log.Stalled(_logger, row.Id, row.StalledWhy);
        }

        Metrics.Turn(row, plan);
        Waiters.Notify(row);
        workflow.Signal();
        KeepIdle(workflow);
    }

    /// <summary>An instance that has just been stored is in memory without being read.</summary>
    public void Adopt(WorkflowStart start)
    {
        var history = start.History;
        var resident = new ResidentWorkflow(this, new WorkflowSnapshot
        {
            Row = start.Row,
            History = history is null ? [] : history.Events.ToArray(),
            Inbox = [start.Inbox],
            Tasks = start.Tasks,
            Timers = [],
        });
        while (true)
        {
            var mine = new ResidentSlot(resident);
            var slot = _resident.GetOrAdd(start.Row.Id, mine);
            if (slot == mine)
            {
                break;
            }

            if (slot.Value is not { } known)
            {
                // Somebody is reading it just now, and may have found what was there before.
                Run(async () =>
                {
                    if (await slot.Reading is not { } read || read.Key != start.Row.Key)
                    {
                        _resident.TryRemove(KeyValuePair.Create(start.Row.Id, slot));
                        await FindAsync(start.Row.Id);
                    }
                });
                AddTimers(start);
                Waiters.Notify(start.Row);
                return;
            }

            if (known.Key == start.Row.Key)
            {
                known.Signal(); // somebody was quicker and has read it
                AddTimers(start);
                return;
            }

            // An earlier use of the id has ended and gets nothing any more.
            known.Discard();
            _resident.TryRemove(KeyValuePair.Create(start.Row.Id, slot));
        }

        AddTimers(start);
        Waiters.Notify(start.Row);
        Begin(resident, start.Tasks);
    }

    private void AddTimers(WorkflowStart start)
    {
        foreach (var (timer, due) in start.Timers)
        {
            Timers.Add(new TimerRow(start.Row.Key, start.Row.Id, timer, due));
        }
    }

    /// <summary>What is in memory of an instance is not sure: it is read again, after a pause.</summary>
    public void ReadAgain(ResidentWorkflow workflow)
    {
        Forget(workflow);
        Later(() => Run(async () => await FindAsync(workflow.InstanceId)), failures: 1);
    }

    public void CommitFailed(ResidentWorkflow workflow, Exception failure) => Log.CommitFailed(_logger, workflow.InstanceId, failure);

    public void Rejected(ResidentWorkflow workflow, string why) => Log.Rejected(_logger, workflow.InstanceId, why);

    /// <summary>The worker that had it has gone.</summary>
    public void ActivityLost(ActivityWork work)
    {
        if (!work.IsWithdrawn && !IsStopped)
        {
            Later(() => Dispatcher.Enqueue(work), work.Losses);
        }
    }

    /// <summary>A timer is due.</summary>
    public async Task FireAsync(TimerRow timer)
    {
        if (timer.TimerId == EngineTimers.Retention)
        {
            if (await Store.PurgeAsync(timer.InstanceId, timer.Key, onlyTerminal: true))
            {
                Purged(timer.InstanceId, timer.Key);
            }

            return;
        }

        while (await FindAsync(timer.InstanceId) is { } workflow)
        {
            if (timer.TimerId == EngineTimers.Start)
            {
                workflow.Signal();
                return;
            }

            if (workflow.Fire(timer, Stamp(), NextSequence()))
            {
                return;
            }

            Forget(workflow);
        }
    }

    /// <summary>An instance is no longer stored.</summary>
    private void Purged(string instanceId, long? key)
    {
        if (_resident.TryGetValue(instanceId, out var slot) && slot.Value is { } workflow && (key is null || workflow.Key == key))
        {
            workflow.Discard();
            _resident.TryRemove(KeyValuePair.Create(instanceId, slot));
        }
    }

    private async Task DeliverAsync(WorkflowPost post, long key)
    {
        while (await FindAsync(post.InstanceId) is { } workflow)
        {
            if (workflow.Key != key)
            {
                if (workflow.Key > key)
                {
                    return; // the id has gone to another use since
                }

                Forget(workflow); // an earlier use; the one that is meant is in the store
                continue;
            }

            // Child results belong to the generation that asked; the store has compared its execution id.
            var entry = InboxEntry.Of(post.Inbox);
            if (entry.Generation < 0)
            {
                var row = workflow.Row;
                if (row.ExecutionId != post.ExecutionId)
                {
                    return;
                }

                entry = entry with { Generation = row.Generation };
            }

            if (workflow.Append(entry))
            {
                return;
            }

            Forget(workflow);
        }
    }

    /// <summary>Keeps an instance that has nothing to do, for a while: the oldest go when there are too many.</summary>
    private void KeepIdle(ResidentWorkflow workflow)
    {
        if (workflow.Row.IsTerminal)
        {
            if (workflow.TryLeave())
            {
                Forget(workflow);
            }

            return;
        }

        if (_resident.Count <= Options.IdleInstancesMax)
        {
            return;
        }

        _idle.Enqueue(workflow);
        for (var tries = 0; tries < 4 && _resident.Count > Options.IdleInstancesMax && _idle.TryDequeue(out var oldest); tries++)
        {
            if (oldest.TryLeave())
            {
                Forget(oldest);
            }
        }
    }

    private void Forget(ResidentWorkflow workflow)
    {
        workflow.Discard();
        if (_resident.TryGetValue(workflow.InstanceId, out var slot) && slot.Value == workflow)
        {
            _resident.TryRemove(KeyValuePair.Create(workflow.InstanceId, slot));
        }
    }
}
