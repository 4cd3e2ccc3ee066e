using System.Diagnostics;
using System.Diagnostics.Metrics;
using EmbeddedDapr.Runtime.Configuration;

namespace EmbeddedDapr.Diagnostics;

/// <summary>Measures for one sidecar; the labels are daprd's. A sidecar without one measures nothing. Thread safe.</summary>
public sealed partial class SidecarMetrics
{
    private const string AppIdLabel = "app_id";
    private const string ComponentLabel = "component";
    private const string NamespaceLabel = "namespace";
    private const string OperationLabel = "operation";
    private const string SuccessLabel = "success";

    // Standalone, daprd leaves the namespace empty (recorded: runtime-metrics-names).
    private const string NoNamespace = "";
    private readonly TimeProvider _time;
    private readonly MetricPaths _paths;

    /// <summary>For the sidecar of an app.</summary>
    public SidecarMetrics(string appId, MetricsConfiguration configuration, TimeProvider time)
    {
        AppId = appId;
        Configuration = configuration;
        _time = time;
        _paths = new MetricPaths(configuration.Http);
    }

    /// <summary>The app.</summary>
    public string AppId { get; }

    /// <summary>What is counted, and how finely.</summary>
    public MetricsConfiguration Configuration { get; }

    /// <summary>Begins a measurement.</summary>
    public long Start() => _time.GetTimestamp();

    /// <summary>An operation of a state store: <c>get</c>, <c>set</c>, <c>delete</c>, <c>bulk_get</c>, <c>bulk_delete</c>, <c>transaction</c>, <c>query</c>.</summary>
    public void State(string component, string operation, bool success, long start) =>
        Component(RuntimeInstruments.StateCount, RuntimeInstruments.StateLatency, component, operation, success, start);

    /// <summary>An operation of a secret store: <c>get</c>, <c>bulk_get</c>.</summary>
    public void Secret(string component, string operation, bool success, long start) =>
        Component(RuntimeInstruments.SecretCount, RuntimeInstruments.SecretLatency, component, operation, success, start);

    /// <summary>An operation of a configuration store: <c>get</c>, <c>subscribe</c>, <c>unsubscribe</c>.</summary>
    public void ConfigurationStore(string component, string operation, bool success, long start) =>
        Component(RuntimeInstruments.ConfigurationCount, RuntimeInstruments.ConfigurationLatency, component, operation, success, start);

    /// <summary>An operation of an output binding.</summary>
    public void OutputBinding(string component, string operation, bool success, long start) =>
        Component(RuntimeInstruments.OutputBindingCount, RuntimeInstruments.OutputBindingLatency, component, operation, success, start);

    /// <summary>An event of an input binding.</summary>
    public void InputBinding(string component, bool success, long start)
    {
        TagList tags = [new(AppIdLabel, AppId), new(ComponentLabel, component), new(NamespaceLabel, NoNamespace), new(SuccessLabel, Text(success))];
        RuntimeInstruments.InputBindingCount.Add(1, tags);
        RuntimeInstruments.InputBindingLatency.Record(Since(start), tags);
    }

    /// <summary>A component was made, or failed for <paramref name="failure"/>.</summary>
    public void ComponentMade(string type, string? failure = null)
    {
        if (failure is null)
        {
            RuntimeInstruments.ComponentInit.Add(1, [new(AppIdLabel, AppId), new(ComponentLabel, type)]);
        }
        else
        {
            RuntimeInstruments.ComponentInitFailed.Add(1, [new(AppIdLabel, AppId), new(ComponentLabel, type), new("reason", failure)]);
        }
    }

    /// <summary>A job called the app.</summary>
    public void JobTriggered(bool success, long start)
    {
        const string Trigger = "job_trigger_op";
        TagList tags = [new(AppIdLabel, AppId), new(NamespaceLabel, NoNamespace), new(OperationLabel, Trigger)];
        (success ? RuntimeInstruments.JobSuccess : RuntimeInstruments.JobFailure).Add(1, tags);
        tags.Add(new(SuccessLabel, Text(success)));
        RuntimeInstruments.JobLatency.Record(Since(start), tags);
    }

    /// <summary>The API refused; counted only if the configuration asks for it.</summary>
    public void Refused(ApiError error)
    {
        if (Configuration.RecordsErrorCodes)
        {
            RuntimeInstruments.ErrorCodes.Add(1, [new(AppIdLabel, AppId), new("category", ErrorCategories.Of(error)), new("error_code", error.Details?.Reason is { } reason && error.Code.Length == 0 ? reason : error.Code)]);
        }
    }

    private static string Text(bool success) => success ? "true" : "false";

    private double Since(long start) => _time.GetElapsedTime(start).TotalMilliseconds;

    private void Component(Counter<long> count, Histogram<double> latency, string component, string operation, bool success, long start)
    {
        TagList tags = [new(AppIdLabel, AppId), new(ComponentLabel, component), new(NamespaceLabel, NoNamespace), new(OperationLabel, operation), new(SuccessLabel, Text(success))];
        count.Add(1, tags);
        latency.Record(Since(start), tags);
    }
}
