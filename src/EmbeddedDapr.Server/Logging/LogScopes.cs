namespace EmbeddedDapr.Server.Logging;

/// <summary>daprd's <c>scope</c> for the part of this program that logs.</summary>
internal static class LogScopes
{
    // The first that the category begins with; longer ones come before their beginnings.
    private static readonly (string Begin, string Scope)[] Table =
    [
        (ApiLog.HttpCategory, "dapr.runtime.http-info"), (ApiLog.GrpcCategory, "dapr.runtime.grpc.api-info"), ("EmbeddedDapr.Components", "dapr.contrib"), ("EmbeddedDapr.Actors", "dapr.runtime.actor"),
        ("EmbeddedDapr.Resiliency", "dapr.resiliency"), ("EmbeddedDapr.PubSub", "dapr.runtime.pubsub"), ("EmbeddedDapr.Bindings", "dapr.runtime.binding"), ("EmbeddedDapr.Jobs", "dapr.scheduler"),
        ("EmbeddedDapr.Invocation", "dapr.runtime.direct_messaging"), ("EmbeddedDapr.Runtime.ComponentLoader", "dapr.runtime.processor"), ("EmbeddedDapr.Server.Grpc", "dapr.runtime.grpc"),
        ("EmbeddedDapr.Server.Http", "dapr.runtime.http"), ("EmbeddedDapr.Workflows", "dapr.runtime.wfengine"),
    ];

    public static string Of(string category)
    {
        foreach (var (begin, scope) in Table)
        {
            if (category.StartsWith(begin, StringComparison.Ordinal))
            {
                return scope;
            }
        }

        return "dapr.runtime";
    }
}
