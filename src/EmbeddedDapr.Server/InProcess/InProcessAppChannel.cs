using System.Diagnostics;
using EmbeddedDapr.Apps;

namespace EmbeddedDapr.Server.InProcess;

/// <summary>Calls an app of the same process through its pipeline. Thread safe.</summary>
public sealed class InProcessAppChannel(InProcessServer server, string? appApiToken = null) : IAppChannel
{
    private const string TraceParent = "traceparent";

    /// <inheritdoc/>
    public Task WaitUntilListeningAsync(CancellationToken cancellationToken) => server.Listening.WaitAsync(cancellationToken);

    /// <summary>
    /// Calls the app. A cancelled request is aborted, and awaited: the app learns it from <c>RequestAborted</c>, and no second turn starts beside one that still runs.
    /// </summary>
    public ValueTask<AppResponse> SendAsync(AppRequest request, CancellationToken cancellationToken) =>
        server.SendAsync(Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? Traced(request, activity) : request, appApiToken, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>The trace goes on across the call although nothing else of the caller's context does.</summary>
    private static AppRequest Traced(AppRequest request, Activity activity)
    {
        var headers = new List<KeyValuePair<string, string>>((request.Headers?.Count ?? 0) + 1);
        foreach (var header in request.Headers ?? [])
        {
            if (!header.Key.Equals(TraceParent, StringComparison.OrdinalIgnoreCase))
            {
                headers.Add(header);
            }
        }

        headers.Add(new(TraceParent, activity.Id!));
        return request with { Headers = headers };
    }
}
