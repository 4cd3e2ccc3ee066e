namespace EmbeddedDapr.Server.Hosting;

/// <summary>What a port of the sidecar serves.</summary>
internal enum Head
{
    /// <summary>The HTTP API.</summary>
    Http,

    /// <summary>The gRPC API.</summary>
    Grpc,

    /// <summary>Health and metadata alone.</summary>
    Public,

    /// <summary>Metrics.</summary>
    Metrics,
}

/// <summary>Stands in the features of each connection: by which port a request came. Callers in this process have none.</summary>
internal sealed record HeadFeature(Head Head);

/// <summary>Tells heads apart.</summary>
internal static class HeadOf
{
    public static bool IsFor(this HttpContext context, Head head) => context.Features.Get<HeadFeature>()?.Head == head;
}
