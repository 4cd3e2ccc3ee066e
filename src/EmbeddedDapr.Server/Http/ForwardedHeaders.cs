using EmbeddedDapr.Apps;

namespace EmbeddedDapr.Server.Http;

/// <summary>Which of a caller's headers an actor's app gets to see (contract section 2.4): not those of the connection, nor tokens, nor identities that only the runtime may state.</summary>
internal static class ForwardedHeaders
{
    private static readonly HashSet<string> Kept = new(StringComparer.OrdinalIgnoreCase)
    {
        "Host", "Content-Type", "Content-Length", "dapr-api-token", "dapr-api-call", "dapr-caller-app-id", "dapr-caller-namespace", "dapr-callee-app-id",
    };

    public static bool Travels(string name) => !Kept.Contains(name) && !HopByHop.Contains(name);
}
