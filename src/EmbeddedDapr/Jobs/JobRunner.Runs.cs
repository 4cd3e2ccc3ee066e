using EmbeddedDapr.Actors;
using EmbeddedDapr.Apps;

namespace EmbeddedDapr.Jobs;

/// <content>What happens when jobs are due.</content>
internal sealed partial class JobRunner
{
    private void OnDue(IReadOnlyList<PendingJob> due)
    {
        lock (_gate)
        {
            foreach (var job in due.Where(job => job.State == PendingState.Waiting))
            {
                job.State = PendingState.Ready;
                _ready.Enqueue(job);
            }

            for (var missing = Math.Min(_ready.Count, _sidecar.Options.Jobs.ConcurrencyMax - _working); missing > 0 && !_stopped; missing--)
            {
                _working++;
                _sidecar.ActorRuntime.Work.Start(static self => _ = self.WorkAsync(), this);
            }
        }
    }

    private async Task WorkAsync()
    {
        while (TryTakeReady() is { } job)
        {
            await RunAsync(job);
        }

        EndWork();
    }

    private PendingJob? TryTakeReady()
    {
        lock (_gate)
        {
            while (!_stopped && _ready.TryDequeue(out var job))
            {
                if (job.State == PendingState.Ready)
                {
                    job.State = PendingState.Firing;
                    return job;
                }
            }

            return null;
        }
    }

    private async Task RunAsync(PendingJob job)
    {
        var started = _sidecar.Time.GetUtcNow();
        var again = started;
        ReminderRecord? next = null;
        try
        {
            if (await _store.GetAsync(_type, string.Empty, job.Name, _stopping.Token) is { } record && record.Version == job.Version)
            {
                var succeeded = await CallAsync(record);
                var now = _sidecar.Time.GetUtcNow();
                next = JobRules.After(record, succeeded, now);

                // Tries are counted from the begin of the last one, however long the app took (recorded: job-failure-constant).
                again = next is { FailedTries: > 0 } ? started + record.Policy.Interval : next?.NextDue ?? now;

                // Not cancelled: the run has happened, and every write that is lost here repeats it.
                await _store.AdvanceAsync(record, next, CancellationToken.None);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            return;
        }
        catch (Exception exception)
        {
            // At least once: the store did not take the outcome, so the run is repeated.
            Log.NotWritten(_logger, exception, job.Name);
            Again(job, _sidecar.Time.GetUtcNow() + ReadRetryPause);
            return;
        }

        if (next is null)
        {
            End(job);
        }
        else
        {
            Again(job, again);
        }
    }

    private async ValueTask<bool> CallAsync(ReminderRecord record)
    {
        var start = _sidecar.Metrics?.Start() ?? 0;
        try
        {
            var response = await _sidecar.App!.SendAsync(
                new AppRequest
                {
                    Method = "POST",
                    Path = "/job/" + Uri.EscapeDataString(record.Name),
                    ContentType = "application/json",
                    Body = JobData.Unpack(record.Data).Payload,
                },
                _stopping.Token);

            // An app without this route has nothing to repeat (contract section 7.4).
            var taken = response.Status is >= 200 and < 300 or 404;
            _sidecar.Metrics?.JobTriggered(taken, start);
            if (taken)
            {
                return true;
            }

            Log.Failed(_logger, record.Name, record.FailedTries + 1, $"the app answered {response.Status}");
        }
        catch (AppUnreachableException exception)
        {
            _stopping.Token.ThrowIfCancellationRequested();
            _sidecar.Metrics?.JobTriggered(success: false, start);
            Log.Failed(_logger, record.Name, record.FailedTries + 1, exception.Message);
        }

        return false;
    }
}
