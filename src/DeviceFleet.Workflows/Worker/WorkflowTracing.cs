using System.Diagnostics;
using TaskHub.Protocol;

namespace DeviceFleet.Workflows.Worker;

/// <summary>Spans of this library, and how they travel through the protocol (W3C trace context).</summary>
internal static class WorkflowTracing
{
    /// <summary>The name to listen to.</summary>
    public const string SourceName = "DeviceFleet.Workflows";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>A span around one run of an activity. Where nobody listens it still carries the caller's trace, so that calls made by user code continue it.</summary>
    public static Activity? StartActivity(string name, string instanceId, int taskId, TraceContext? parent)
    {
        var context = Read(parent);
        var span = Source.StartActivity($"activity||{name}", ActivityKind.Server, context);
        span?.SetTag("dapr.workflow.instance_id", instanceId).SetTag("dapr.workflow.task_id", taskId);
        return span ?? Carry(context, $"activity||{name}");
    }

    /// <summary>Lets a turn run under the trace of the call that started the instance. Not exported: a turn is no step of the workflow.</summary>
    public static Activity? ContinueTrace(IReadOnlyList<HistoryEvent> past, IReadOnlyList<HistoryEvent> news) =>
        past.Concat(news).FirstOrDefault(happened => happened.ExecutionStarted is not null)?.ExecutionStarted.ParentTraceContext is { } parent
            ? Carry(Read(parent), "workflow")
            : null;

    /// <summary>The caller's trace, for the sidecar.</summary>
    public static TraceContext? Current() =>
        Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } id } current
            ? new TraceContext { TraceParent = id, TraceState = current.TraceStateString }
            : null;

    private static ActivityContext Read(TraceContext? context) =>
        ActivityContext.TryParse(context?.TraceParent, context?.TraceState, isRemote: true, out var parsed) ? parsed : default;

    private static Activity? Carry(ActivityContext context, string name)
    {
        if (context == default)
        {
            return null;
        }

        var carrier = new Activity(name).SetParentId(context.TraceId, context.SpanId, context.TraceFlags);
        carrier.TraceStateString = context.TraceState;
        return carrier.Start();
    }
}
