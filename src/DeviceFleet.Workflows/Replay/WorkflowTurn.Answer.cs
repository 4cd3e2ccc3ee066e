using TaskHub.Protocol;

namespace DeviceFleet.Workflows.Replay;

/// <summary>What the turn answers. Custom status and patches go with every answer: without them the sidecar clears the one and stalls over the other.</summary>
internal sealed partial class WorkflowTurn
{
    private WorkflowResponse Answer()
    {
        var response = new WorkflowResponse { InstanceId = request.InstanceId, CustomStatus = _run.CustomStatus };
        if (_violation is not null)
        {
            Log.NonDeterministic(_logger, request.InstanceId, _violation);
            response.Actions.Add(settings.OnNonDeterminism == NonDeterminismPolicy.Stall ? NotAvailable() : Fail(Failures.NonDeterminism, _violation));
        }
        else if (_versionMissing)
        {
            Log.VersionMissing(_logger, request.InstanceId, _pinnedVersion);
            response.Actions.Add(NotAvailable());
        }
        else if (_ending is { } terminated)
        {
            response.Actions.Add(Complete(terminated));
        }
        else if (!_suspended)
        {
            AddWhatTheCodeAskedFor(response);
        }

        AddVersion(response);
        return response;
    }

    private void AddWhatTheCodeAskedFor(WorkflowResponse response)
    {
        var ending = EndingOfCode();
        if (Foreign(ending) is { } foreign)
        {
            Log.ForeignAwait(_logger, request.InstanceId, foreign);
            if (settings.OnForeignAwait == ForeignAwaitPolicy.Fail)
            {
                response.Actions.Add(Fail(Failures.NonDeterministicAwait, foreign));
                return;
            }
        }

        if (ending is { Status: OrchestrationStatus.ContinuedAsNew })
        {
            // The sidecar drops whatever stands beside it.
            if (_run.Operations.HasPending)
            {
                Log.DroppedByContinueAsNew(_logger, request.InstanceId);
            }

            var next = Complete(ending);
            if (_run.NextRun!.KeepsEvents)
            {
                next.CompleteWorkflow.CarryoverEvents.AddRange(_run.Events.Unread);
            }

            response.Actions.Add(next);
            return;
        }

        // Activities nobody waits for go out together with the end.
        response.Actions.AddRange(_run.Operations.Unconfirmed);
        if (ending is not null)
        {
            response.Actions.Add(Complete(ending));
        }
    }

    /// <summary>How the code has ended; null if it waits. A failure is stronger than the wish to begin again.</summary>
    private Ending? EndingOfCode()
    {
        if (_code is { IsFaulted: true } or { IsCanceled: true })
        {
            return new Ending(OrchestrationStatus.Failed, null, FailureOfCode());
        }

        if (_run.NextRun is { } next)
        {
            return new Ending(OrchestrationStatus.ContinuedAsNew, next.Input);
        }

        if (_code is not { IsCompletedSuccessfully: true })
        {
            return null;
        }

        try
        {
#pragma warning disable VSTHRD002, VSTHRD103 // it has completed
            return new Ending(OrchestrationStatus.Completed, settings.Serializer.Serialize(_code.Result));
#pragma warning restore VSTHRD002, VSTHRD103
        }
#pragma warning disable CA1031 // an output that cannot be written is a failure of the workflow
        catch (Exception failure)
#pragma warning restore CA1031
        {
            return new Ending(OrchestrationStatus.Failed, null, Failures.Of(failure));
        }
    }

    private TaskFailureDetails FailureOfCode() => _code!.Exception?.InnerException switch
    {
        WorkflowNotFoundException missing => Failures.Of(Failures.WorkflowNotFound, missing.Message),
        { } failure => Failures.Of(failure),
        null => Failures.Of(new TaskCanceledException("The workflow's code was cancelled.")),
    };

    /// <summary>Whether the code was woken by, or waits for, something that no history will ever answer; says which.</summary>
    private string? Foreign(Ending? ending)
    {
        if (_run.Thread.HasStrayed)
        {
            return "The code went on outside of its turn: it has awaited something that is not a task of its context (Task.Run, Task.Delay, Task.Yield, I/O).";
        }

        var waitsForNothingKnown = _code is not null && ending is null && !_run.Operations.HasOpen && _run.Events.LiveWaits == 0 && !_run.Operations.HasPending;
        return waitsForNothingKnown
            ? "The code waits, but for no activity, child workflow, timer or event: it has awaited something that is not a task of its context (Task.Run, Task.Delay, Task.Yield, I/O)."
            : null;
    }

    private void AddVersion(WorkflowResponse response)
    {
        var isFirst = past.Count == 0;
        if (_run.Patches.Followed.Count == 0 && !(isFirst && _chosenVersion is not null))
        {
            return;
        }

        response.Version = new WorkflowVersion { Patches = { _run.Patches.Followed } };
        if (isFirst && _chosenVersion is not null)
        {
            response.Version.Name = _chosenVersion;
        }
    }

    private WorkflowAction Fail(string type, string message) => Complete(new Ending(OrchestrationStatus.Failed, null, Failures.Of(type, message)));

    private WorkflowAction Complete(Ending ending) => new() { Id = _run.Operations.NextId, CompleteWorkflow = ending.ToAction() };

    private WorkflowAction NotAvailable() =>
        new() { Id = _run.Operations.NextId, WorkflowVersionNotAvailable = new WorkflowVersionNotAvailableAction() };
}
