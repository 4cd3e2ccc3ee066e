using EmbeddedDapr.Workflows.Dispatch;
using EmbeddedDapr.Workflows.Storage;
using TaskHub.Protocol;

namespace EmbeddedDapr.Workflows;

/// <content>The worker's side of the protocol.</content>
internal sealed partial class WorkflowEngine
{
    /// <summary>A worker connects. Stalled instances are tried again: its code may be what they wait for.</summary>
    public WorkerStream Connect()
    {
        var stream = Dispatcher.Connect();
        Run(RetryStalledAsync);
        return stream;
    }

    public void Disconnect(WorkerStream stream) => Dispatcher.Disconnect(stream);

    /// <summary>A worker answers a turn. Answers that nobody waits for are ignored (contract 7.2, Q-12).</summary>
    public void CompleteTurn(WorkflowResponse response)
    {
        if (Dispatcher.AnswerTurn(response.InstanceId, response.CompletionToken) is ResidentWorkflow workflow)
        {
            workflow.Answer(response);
            Dispatcher.Pump();
        }
    }

    /// <summary>A worker answers an activity; returns once the result is stored.</summary>
    public async Task CompleteActivityAsync(ActivityResponse response)
    {
        if (Dispatcher.AnswerActivity(response) is not { } work)
        {
            return;
        }

        Dispatcher.Pump();
        Metrics.Activity(work.Scheduled.TaskScheduled.Name, response.FailureDetails is null, Time.GetUtcNow() - work.BeganAt);
        try
        {
            await StoreResultAsync(work, response);
        }
        catch (Exception failure) when (!IsStopped)
        {
            Log.ResultLost(_logger, work.TaskId, work.InstanceId, failure);
            work.Losses++;
            ActivityLost(work);
            throw;
        }
    }

    private async Task StoreResultAsync(ActivityWork work, ActivityResponse response)
    {
        while (await FindAsync(work.InstanceId) is { } workflow)
        {
            var (isGone, result) = workflow.Answer(work, response, Stamp());
            if (isGone)
            {
                Forget(workflow);
                continue;
            }

            if (result is null)
            {
                // Of an ended instance, of another use of the id, of an older generation, or the second one.
                if (workflow.Row is { IsTerminal: true } row && row.Key == work.Key)
                {
                    await Store.ForgetTaskAsync(work.Key, work.TaskId);
                    KeepIdle(workflow);
                }

                return;
            }

            var sequence = NextSequence();
            var inbox = new InboxRow(sequence, work.Generation, EventChunk.Write(result));
            var stored = await Store.PostAsync(new WorkflowPost { InstanceId = work.InstanceId, Key = work.Key, Inbox = inbox, Task = work.TaskId });

            // The next turn may begin before this is on disk: what it leads to is stored after it, or not at all.
            workflow.Append(new InboxEntry(sequence, work.Generation, [result]));
            await stored;
            return;
        }
    }

    private async Task RetryStalledAsync()
    {
        WorkflowPosition? after = null;
        while (!IsStopped)
        {
            var page = await Store.ListAsync(new WorkflowQuery { Statuses = [OrchestrationStatus.Stalled], After = after, Limit = 100 }, Stopping);
            foreach (var row in page)
            {
                if (await FindAsync(row.Id) is { } workflow)
                {
                    workflow.Retry();
                }
            }

            if (page.Count < 100)
            {
                return;
            }

            after = new WorkflowPosition(false, page[^1].UpdatedAt, page[^1].Key);
        }
    }
}
