using System.Diagnostics;
using System.Globalization;

namespace EmbeddedDapr.Diagnostics;

/// <content>Calls of the API, and of the app.</content>
public sealed partial class SidecarMetrics
{
    private const string MethodLabel = "method";
    private const string PathLabel = "path";
    private const int StatusMin = 100;
    private const int StatusMax = 600;
    private static readonly string[] Statuses = [.. Enumerable.Range(StatusMin, StatusMax - StatusMin).Select(status => status.ToString(CultureInfo.InvariantCulture))];

    /// <summary>A request of the HTTP API ended.</summary>
    /// <param name="method">HTTP method.</param>
    /// <param name="path">Path without query.</param>
    /// <param name="status">HTTP status.</param>
    /// <param name="requestBytes">Announced length of its body; null: none.</param>
    /// <param name="responseBytes">Length of the answer's body.</param>
    /// <param name="start">From <see cref="Start"/>.</param>
    public void HttpServed(string method, string path, int status, long? requestBytes, long responseBytes, long start)
    {
        var (verb, label) = (Verb(method), _paths.Label(path));
        RuntimeInstruments.HttpServerRequests.Add(1, Http(verb, label, string.Empty));
        RuntimeInstruments.HttpServerRequestBytes.Record(requestBytes ?? 0, new KeyValuePair<string, object?>(AppIdLabel, AppId));
        var tags = Http(verb, label, Status(status));
        RuntimeInstruments.HttpServerResponses.Add(1, tags);
        RuntimeInstruments.HttpServerLatency.Record(Since(start), tags);
        RuntimeInstruments.HttpServerResponseBytes.Record(responseBytes, new KeyValuePair<string, object?>(AppIdLabel, AppId));
    }

    /// <summary>A call of the app ended; status 0: it gave no answer, which daprd counts as 500.</summary>
    public void AppCalled(string method, string path, int status, long requestBytes, long responseBytes, long start)
    {
        const int NoAnswer = 500;
        var (verb, label) = (Verb(method), _paths.Label(path));
        RuntimeInstruments.HttpClientSentBytes.Record(requestBytes, Http(verb, label, string.Empty));
        var tags = Http(verb, label, Status(status == 0 ? NoAnswer : status));
        RuntimeInstruments.HttpClientCompleted.Add(1, tags);
        RuntimeInstruments.HttpClientLatency.Record(Since(start), tags);
        RuntimeInstruments.HttpClientReceivedBytes.Record(responseBytes, new KeyValuePair<string, object?>(AppIdLabel, AppId));
    }

    /// <summary>A health probe ended.</summary>
    public void AppProbed(bool success, long start)
    {
        TagList tags = [new(AppIdLabel, AppId), new(StatusLabel, success ? "200" : "500")];
        RuntimeInstruments.HealthProbes.Add(1, tags);
        RuntimeInstruments.HealthProbeLatency.Record(Since(start), tags);
    }

    /// <summary>A call of the gRPC API ended.</summary>
    /// <param name="method">Full name, such as <c>/dapr.proto.runtime.v1.Dapr/GetState</c>.</param>
    /// <param name="status">Name of the status, such as <c>OK</c>.</param>
    /// <param name="start">From <see cref="Start"/>.</param>
    public void GrpcServed(string method, string status, long start)
    {
        TagList tags = [new(AppIdLabel, AppId), new("grpc_server_method", method), new("grpc_server_status", status)];
        RuntimeInstruments.GrpcServerCompleted.Add(1, tags);
        RuntimeInstruments.GrpcServerLatency.Record(Since(start), tags);
    }

    private static string Status(int status) => status is >= StatusMin and < StatusMax ? Statuses[status - StatusMin] : status.ToString(CultureInfo.InvariantCulture);

    private string Verb(string method) => Configuration.Http.ExcludesVerbs ? string.Empty : method;

    private TagList Http(string verb, string path, string status) => [new(AppIdLabel, AppId), new(MethodLabel, verb), new(PathLabel, path), new(StatusLabel, status)];
}
