using EmbeddedDapr.Workflows.Storage;
using EmbeddedDapr.Workflows.Turns;
using TaskHub.Protocol;

namespace EmbeddedDapr.Workflows;

/// <content>What clients do with instances (contract section 4.3). Null: done.</content>
internal sealed partial class WorkflowEngine
{
    /// <summary>Raises an event; returns once it is stored. To an ended instance it is lost.</summary>
    public Task<WorkflowRefusal?> RaiseAsync(string instanceId, string name, string? input) =>
        PostAsync(instanceId, static _ => false, (at, _) => WorkflowEvents.EventRaised(at, name, input));

    /// <summary>Asks for the end of an instance; an ended one stays as it is.</summary>
    public Task<WorkflowRefusal?> TerminateAsync(string instanceId, string? output, bool recurse) =>
        PostAsync(instanceId, static _ => false, (at, _) => WorkflowEvents.Terminated(at, output, recurse));

    /// <summary>Asks for a pause. One that is paused, or about to be, is left alone: some workers do not survive a second one (contract 7.2, Q-13).</summary>
    public Task<WorkflowRefusal?> SuspendAsync(string instanceId, string? reason) =>
        PostAsync(instanceId, static workflow => workflow.WillBeSuspended(), (at, _) => WorkflowEvents.Suspended(at, reason));

    /// <summary>Asks for the end of a pause.</summary>
    public Task<WorkflowRefusal?> ResumeAsync(string instanceId, string? reason) =>
        PostAsync(instanceId, static _ => false, (at, _) => WorkflowEvents.Resumed(at, reason));

    /// <summary>Waits for a state. Null: there is no such instance.</summary>
    public async Task<WorkflowRow?> WaitAsync(string instanceId, Func<WorkflowRow, bool> isReached, CancellationToken cancellationToken)
    {
        using var waiter = Waiters.Add(instanceId, isReached);
        var row = await RowAsync(instanceId, cancellationToken);
        return row is null || isReached(row) ? row : await waiter.Source.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Removes an ended instance, or with <paramref name="force"/> any; children first if <paramref name="recursive"/>. Answers how many have gone.</summary>
    public async Task<(int Count, WorkflowRefusal? Refusal)> PurgeAsync(string instanceId, bool recursive, bool force, int depth = 0)
    {
        if (await FindAsync(instanceId) is not { } workflow)
        {
            return (0, WorkflowRefusal.NotFound);
        }

        if (!workflow.Row.IsTerminal && !force)
        {
            return (0, WorkflowRefusal.NotCompleted);
        }

        var count = 0;
        if (recursive && depth < Options.ChildDepthMax)
        {
            foreach (var child in workflow.Children)
            {
                if (await RowAsync(child, Stopping) is not { } row || row.ParentId != instanceId)
                {
                    continue;
                }

                var (gone, refusal) = await PurgeAsync(child, recursive, force, depth + 1);
                count += gone;
                if (refusal is { Kind: not WorkflowRefusalKind.NotFound })
                {
                    return (count, refusal);
                }
            }
        }

        if (await Store.PurgeAsync(instanceId, workflow.Key, onlyTerminal: !force))
        {
            Purged(instanceId, workflow.Key);
            count++;
        }

        return (count, null);
    }

    /// <summary>Removes ended instances that match; active ones stay.</summary>
    public async Task<int> PurgeAsync(WorkflowQuery query, bool recursive, CancellationToken cancellationToken)
    {
        var count = 0;
        var page = await Store.ListAsync(query, cancellationToken);
        while (page.Count > 0)
        {
            foreach (var row in page)
            {
                count += (await PurgeAsync(row.Id, recursive, force: false)).Count;
            }

            page = await Store.ListAsync(query with { After = new WorkflowPosition(page[^1].IsTerminal, page[^1].UpdatedAt, page[^1].Key) }, cancellationToken);
        }

        return count;
    }

    private async Task<WorkflowRefusal?> PostAsync(string instanceId, Func<ResidentWorkflow, bool> isNeedless, Func<DateTimeOffset, WorkflowRow, HistoryEvent> make)
    {
        while (true)
        {
            if (await FindAsync(instanceId) is not { } workflow)
            {
                return WorkflowRefusal.NotFound;
            }

            var row = workflow.Row;
            if (row.IsTerminal || isNeedless(workflow))
            {
                return null;
            }

            if (row.Status == OrchestrationStatus.Stalled)
            {
                return WorkflowRefusal.Stalled;
            }

            if (workflow.IsGone)
            {
                Forget(workflow);
                continue;
            }

            var one = make(Stamp(), row);
            var inbox = new InboxRow(NextSequence(), 0, EventChunk.Write(one));
            var stored = await Store.PostAsync(new WorkflowPost { InstanceId = instanceId, Key = row.Key, Inbox = inbox });
            var entry = new InboxEntry(inbox.Sequence, 0, [one]);
            while (!workflow.Append(entry))
            {
                Forget(workflow);
                if (await FindAsync(instanceId) is not { } again)
                {
                    break;
                }

                workflow = again;
            }

            try
            {
                await stored;
            }
            catch
            {
                ReadAgain(workflow); // what it has in memory is not on disk
                throw;
            }

            return null;
        }
    }
}
