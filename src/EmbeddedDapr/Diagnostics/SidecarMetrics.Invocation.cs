using System.Diagnostics;
using System.Globalization;

namespace EmbeddedDapr.Diagnostics;

/// <content>Service invocation between sidecars.</content>
public sealed partial class SidecarMetrics
{
    private const string DestinationLabel = "dst_app_id";
    private const string SourceLabel = "src_app_id";
    private const string Unary = "unary";

    /// <summary>A call goes to another sidecar.</summary>
    public void InvocationSent(string destination) =>
        RuntimeInstruments.InvocationSent.Add(1, [new(AppIdLabel, AppId), new(DestinationLabel, destination), new("type", Unary)]);

    /// <summary>Its answer came, or the news that there is none.</summary>
    public void InvocationAnswered(string source, int status, long start)
    {
        TagList tags = [new(AppIdLabel, AppId), new(SourceLabel, source), new(StatusLabel, status.ToString(CultureInfo.InvariantCulture)), new("type", Unary)];
        RuntimeInstruments.InvocationAnswersReceived.Add(1, tags);
        RuntimeInstruments.InvocationLatency.Record(Since(start), tags);
    }

    /// <summary>A call came from another sidecar.</summary>
    public void InvocationReceived(string source) => RuntimeInstruments.InvocationReceived.Add(1, [new(AppIdLabel, AppId), new(SourceLabel, source)]);

    /// <summary>It was answered.</summary>
    public void InvocationServed(string destination, int status) =>
        RuntimeInstruments.InvocationAnswered.Add(1, [new(AppIdLabel, AppId), new(DestinationLabel, destination), new(StatusLabel, status.ToString(CultureInfo.InvariantCulture))]);
}
