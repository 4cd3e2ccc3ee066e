using System.Globalization;
using System.Net;

namespace EmbeddedDapr.Server.Process;

/// <summary><c>--wait</c>: a program of its own that ends once a sidecar on this machine serves callers, for start scripts.</summary>
internal static class SidecarWait
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>The exit code: 0 once <c>/v1.0/healthz/outbound</c> answers 204, 1 when it does not within a minute.</summary>
    public static async Task<int> UntilOutboundReadyAsync(int httpPort, TimeProvider time)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Pause };
        var health = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{httpPort}/v1.0/healthz/outbound"));
        for (var start = time.GetTimestamp(); time.GetElapsedTime(start) < Patience; await Task.Delay(Pause, time, CancellationToken.None))
        {
            try
            {
                using var answer = await http.GetAsync(health, CancellationToken.None);
                if (answer.StatusCode == HttpStatusCode.NoContent)
                {
                    return 0;
                }
            }
            catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
            {
                // Not there yet.
            }
        }

        return 1;
    }
}
