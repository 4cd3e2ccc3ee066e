using System.Security.Cryptography;
using EmbeddedDapr.Workflows.Storage;
using TaskHub.Protocol;

namespace EmbeddedDapr.Workflows.Turns;

/// <content>Completion, continue-as-new, stalls, versions.</content>
internal sealed partial class TurnPlanner
{
    private void AddCompletion()
    {
        var completion = _completion!;
        var result = completion.Result;
        if (completion.WorkflowStatus == OrchestrationStatus.Terminated && result is null)
        {
            result = _input.Events.FirstOrDefault(one => one.ExecutionTerminated is not null)?.ExecutionTerminated.Input;
        }

        if (!WorkflowRow.IsTerminalStatus(completion.WorkflowStatus))
        {
            // A completion that says "running" or the like: the workflow has nothing more to say, so it has ended.
            completion.WorkflowStatus = OrchestrationStatus.Completed;
        }

        var one = WorkflowEvents.New(Now);
        one.EventId = _completionId;
        one.Router = Router();
        one.ExecutionCompleted = new ExecutionCompletedEvent { WorkflowStatus = completion.WorkflowStatus, Result = result, FailureDetails = completion.FailureDetails };
        _effects.Add(one);
    }

    private void NotifyParent(WorkflowRow row)
    {
        if (Started()?.ParentInstance is not { } parent)
        {
            return;
        }

        var router = new TaskRouter { SourceAppID = _input.AppId, TargetAppID = parent.HasAppID ? parent.AppID : _input.AppId };
        var completion = _effects.Last(one => one.ExecutionCompleted is not null).ExecutionCompleted;
        HistoryEvent one;
        if (row.Status == OrchestrationStatus.Completed)
        {
            one = WorkflowEvents.ChildCompleted(Now, parent.TaskScheduledId, completion.Result, router);
        }
        else
        {
            // E-11: without details some SDKs take the failure of a terminated child for success.
            var failure = completion.FailureDetails
                ?? new TaskFailureDetails { ErrorType = row.Status == OrchestrationStatus.Terminated ? "WorkflowTerminated" : "WorkflowFailed", ErrorMessage = $"child workflow '{row.Id}' ended as {row.Status}" };
            one = WorkflowEvents.ChildFailed(Now, parent.TaskScheduledId, failure, router);
        }

        _posts.Add(new WorkflowPost
        {
            InstanceId = parent.WorkflowInstance.InstanceId,
            ExecutionId = parent.WorkflowInstance.ExecutionId,
            Inbox = new InboxRow(_input.NextSequence(), -1, EventChunk.Write(one)),
        });
    }

    private void TerminateChildren(WorkflowRow row, ExecutionTerminatedEvent? terminated)
    {
        if (terminated is not { Recurse: true } || row.Status != OrchestrationStatus.Terminated)
        {
            return;
        }

        var output = _effects.Last(one => one.ExecutionCompleted is not null).ExecutionCompleted.Result;
        foreach (var child in _input.Facts.OpenChildren.Values)
        {
            _posts.Add(new WorkflowPost
            {
                InstanceId = child,
                ParentId = row.Id,
                Inbox = new InboxRow(_input.NextSequence(), 0, EventChunk.Write(WorkflowEvents.Terminated(Now, output, recurse: true))),
            });
        }
    }

    private TurnPlan ContinueAsNew(CompleteWorkflowAction completion)
    {
        var execution = Guid.NewGuid().ToString();
        var earlier = Started() ?? new ExecutionStartedEvent { Name = Row.Name };
        var started = WorkflowEvents.New(Now);
        started.Router = Router();
        started.ExecutionStarted = new ExecutionStartedEvent
        {
            Name = earlier.Name,
            Version = completion.NewVersion ?? earlier.Version,
            Input = completion.Result,
            WorkflowInstance = new WorkflowInstance { InstanceId = Row.Id, ExecutionId = execution },
            ParentInstance = earlier.ParentInstance,
            ParentTraceContext = earlier.ParentTraceContext is null ? null : NewTrace(),
        };
        started.ExecutionStarted.Tags.Add(earlier.Tags);
        List<HistoryEvent> events = [started, .. completion.CarryoverEvents];
        return new TurnPlan
        {
            IsNewGeneration = true,
            Change = new WorkflowChange
            {
                IsNewGeneration = true,
                Row = Row with
                {
                    Version = Row.Version + 1,
                    Generation = Row.Generation + 1,
                    ExecutionId = execution,
                    Status = OrchestrationStatus.Running,
                    IsSuspended = false,
                    StalledWhy = string.Empty,
                    CustomStatus = CustomStatus(),
                    CreatedAt = Now,
                    StartedAt = Now,
                    UpdatedAt = Now,
                },
                DropsTasks = true,
                DropsTimers = true,
                InboxTaken = _input.Taken,
                InboxAdded = [new InboxRow(_input.FirstTaken, 0, EventChunk.Write(events))],
            },
        };
    }

    private static TraceContext NewTrace() => new()
    {
        TraceParent = $"00-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}-01",
    };

    private TurnPlan Stalled(StalledReason reason, string why)
    {
        // Once for each reason: a worker that comes and goes must not make the history grow.
        var isKnown = _input.Facts.LastStall is { } last && last.Reason == reason && last.Description == why;
        List<HistoryEvent> events = isKnown ? [] : [WorkflowEvents.Stalled(Now, reason, why)];
        return new TurnPlan
        {
            IsStalled = true,
            Events = events,
            Change = new WorkflowChange
            {
                Row = Row with { Version = Row.Version + 1, Status = OrchestrationStatus.Stalled, StalledWhy = why, UpdatedAt = Now, StartedAt = Row.StartedAt ?? Now },
                History = events.Count == 0 ? null : new HistoryChunk(_input.Facts.Count, 1, EventChunk.Write(events)),
            },
        };
    }

    /// <summary>The answer must name all patches that the history names, in that order, at its begin.</summary>
    private string? PatchMismatch()
    {
        var known = _input.Facts.Patches;
        if (known.Count == 0)
        {
            return null;
        }

        var given = _input.Response.Version?.Patches;
        return given is not null && given.Count >= known.Count && given.Take(known.Count).SequenceEqual(known, StringComparer.Ordinal)
            ? null
            : $"Patch mismatch: history has [{string.Join(", ", known)}], the worker [{string.Join(", ", given ?? [])}]";
    }

    /// <summary>Puts what is new of the version on the begin of this turn.</summary>
    private void RecordVersion()
    {
        if (_input.Response.Version is not { } version)
        {
            return;
        }

        var patches = version.Patches.Skip(_input.Facts.Patches.Count).ToList();
        var isNamed = version.HasName && version.Name.Length > 0;
        if (patches.Count == 0 && !isNamed)
        {
            return;
        }

        var recorded = new WorkflowVersion();
        recorded.Patches.Add(patches);
        if (isNamed)
        {
            recorded.Name = version.Name;
        }

        _input.Started.WorkflowStarted.Version = recorded;
    }
}
