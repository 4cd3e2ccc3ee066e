using System.Diagnostics.Metrics;
using EmbeddedDapr.Workflows.Storage;
using EmbeddedDapr.Workflows.Turns;
using TaskHub.Protocol;

namespace EmbeddedDapr.Workflows;

/// <summary>Counters of the engine under daprd's names (<c>dapr_runtime_workflow_*</c>); latencies are in milliseconds, as there.</summary>
internal sealed class WorkflowMetrics : IDisposable
{
    public const string MeterName = "EmbeddedDapr.Workflows";

    private static readonly Meter Meter = new(MeterName);
    private static readonly Counter<long> Operations = Meter.CreateCounter<long>("dapr_runtime_workflow_operation_count", "{operation}", "Management operations");
    private static readonly Histogram<double> OperationLatency = Meter.CreateHistogram<double>("dapr_runtime_workflow_operation_latency", "ms", "Time of management operations");
    private static readonly Counter<long> Executions = Meter.CreateCounter<long>("dapr_runtime_workflow_execution_count", "{execution}", "Ended workflows");
    private static readonly Histogram<double> ExecutionLatency = Meter.CreateHistogram<double>("dapr_runtime_workflow_execution_latency", "ms", "Time of workflows from begin to end");
    private static readonly Histogram<double> SchedulingLatency = Meter.CreateHistogram<double>("dapr_runtime_workflow_scheduling_latency", "ms", "Time from a workflow's creation to its begin");
    private static readonly Counter<long> ActivityOperations = Meter.CreateCounter<long>("dapr_runtime_workflow_activity_operation_count", "{operation}", "Scheduled activities");
    private static readonly Counter<long> ActivityExecutions = Meter.CreateCounter<long>("dapr_runtime_workflow_activity_execution_count", "{execution}", "Ended activities");
    private static readonly Histogram<double> ActivityLatency = Meter.CreateHistogram<double>("dapr_runtime_workflow_activity_execution_latency", "ms", "Time of activities from hand-out to result");

    private readonly KeyValuePair<string, object?> _app;
    private readonly Meter _own;

    public WorkflowMetrics(string appId)
    {
        _app = new("app_id", appId);
        _own = new Meter(MeterName, null, [_app]);
    }

    /// <summary>Turns and activities that wait for a worker, and connected workers, are asked for when somebody measures.</summary>
    public void Observe(WorkflowEngine engine)
    {
        _own.CreateObservableGauge("embeddeddapr.workflow.waiting", () => engine.Dispatcher.Waiting() is var waiting ? waiting.Turns + waiting.Activities : 0, "{item}", "Turns and activities that wait for a worker");
        _own.CreateObservableGauge("embeddeddapr.workflow.workers", () => engine.Dispatcher.StreamCount, "{worker}", "Connected workers");
    }

    public void Operation(string operation, bool isSuccess, TimeSpan took)
    {
        var status = new KeyValuePair<string, object?>("status", isSuccess ? "success" : "failed");
        var name = new KeyValuePair<string, object?>("operation", operation);
        Operations.Add(1, _app, name, status);
        OperationLatency.Record(took.TotalMilliseconds, _app, name, status);
    }

    public void Turn(WorkflowRow row, TurnPlan plan)
    {
        if (!Operations.Enabled && !Executions.Enabled)
        {
            return;
        }

        var name = new KeyValuePair<string, object?>("workflow_name", row.Name);
        if (row.Version == 2 && row.StartedAt is { } started)
        {
            SchedulingLatency.Record((started - row.CreatedAt).TotalMilliseconds, _app, name);
        }

        if (plan.Change!.TasksAdded.Count > 0)
        {
            ActivityOperations.Add(plan.Change.TasksAdded.Count, _app);
        }

        if (!row.IsTerminal)
        {
            return;
        }

        var status = new KeyValuePair<string, object?>("status", row.Status == OrchestrationStatus.Completed ? "success" : "failed");
        Executions.Add(1, _app, name, status);
        if (row is { StartedAt: { } begin, CompletedAt: { } end })
        {
            ExecutionLatency.Record((end - begin).TotalMilliseconds, _app, name, status);
        }
    }

    public void Activity(string name, bool isSuccess, TimeSpan took)
    {
        var activity = new KeyValuePair<string, object?>("activity_name", name);
        var status = new KeyValuePair<string, object?>("status", isSuccess ? "success" : "failed");
        ActivityExecutions.Add(1, _app, activity, status);
        ActivityLatency.Record(took.TotalMilliseconds, _app, activity, status);
    }

    public void Dispose() => _own.Dispose();
}
