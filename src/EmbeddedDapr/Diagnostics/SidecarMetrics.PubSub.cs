using System.Diagnostics;

namespace EmbeddedDapr.Diagnostics;

/// <content>Pub/sub.</content>
public sealed partial class SidecarMetrics
{
    private const string TopicLabel = "topic";
    private const string ProcessStatusLabel = "process_status";
    private const string StatusLabel = "status";

    /// <summary>One message was published, or was not.</summary>
    public void Published(string component, string topic, bool success, long start)
    {
        var tags = Egress(component, topic, success);
        RuntimeInstruments.EgressCount.Add(1, tags);
        RuntimeInstruments.EgressLatency.Record(Since(start), tags);
    }

    /// <summary>A bulk publish call, of which so many events reached the broker.</summary>
    public void PublishedInBulk(string component, string topic, bool success, int events, long start)
    {
        var tags = Egress(component, topic, success);
        RuntimeInstruments.BulkEgressCount.Add(1, tags);
        RuntimeInstruments.BulkEgressLatency.Record(Since(start), tags);
        if (events > 0)
        {
            RuntimeInstruments.BulkEgressEvents.Add(events, Egress(component, topic, success: true));
        }
    }

    /// <summary>A message was handed to the app.</summary>
    /// <param name="component">The component.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="processStatus">What becomes of it: <c>success</c>, <c>retry</c> or <c>drop</c>.</param>
    /// <param name="status">What the app said; empty: the same.</param>
    /// <param name="start">From <see cref="Start"/>.</param>
    public void Delivered(string component, string topic, string processStatus, string status, long start)
    {
        TagList tags =
        [
            new(AppIdLabel, AppId), new(ComponentLabel, component), new(NamespaceLabel, NoNamespace), new(ProcessStatusLabel, processStatus),
            new(StatusLabel, status.Length == 0 ? processStatus : status), new(TopicLabel, topic),
        ];
        RuntimeInstruments.IngressCount.Add(1, tags);
        RuntimeInstruments.IngressLatency.Record(Since(start), tags);
    }

    /// <summary>A call of a bulk subscription ended.</summary>
    public void DeliveredInBulk(string component, string topic, long start)
    {
        var tags = BulkIngress(component, topic, string.Empty);
        RuntimeInstruments.BulkIngressCount.Add(1, tags);
        RuntimeInstruments.BulkIngressLatency.Record(Since(start), tags);
    }

    /// <summary>So many messages of such a call ended in a status.</summary>
    public void DeliveredInBulk(string component, string topic, string processStatus, int events)
    {
        if (events > 0)
        {
            RuntimeInstruments.BulkIngressEvents.Add(events, BulkIngress(component, topic, processStatus));
        }
    }

    private TagList Egress(string component, string topic, bool success) =>
        [new(AppIdLabel, AppId), new(ComponentLabel, component), new(NamespaceLabel, NoNamespace), new(SuccessLabel, Text(success)), new(TopicLabel, topic)];

    private TagList BulkIngress(string component, string topic, string processStatus) =>
        [new(AppIdLabel, AppId), new(ComponentLabel, component), new(NamespaceLabel, NoNamespace), new(ProcessStatusLabel, processStatus), new(TopicLabel, topic)];
}
