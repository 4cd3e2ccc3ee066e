namespace EmbeddedDapr.Invocation;

/// <summary>App ids as callers write them (contract section 6.1).</summary>
internal static class AppIds
{
    /// <summary>
    /// The id of <c>id</c> or <c>id.namespace</c>; null: more parts than these. On one machine names are found whatever their namespace is (recorded: grpc-invoke-unknown-app).
    /// </summary>
    public static string? WithoutNamespace(string appId)
    {
        var dot = appId.IndexOf('.', StringComparison.Ordinal);
        return dot < 0 ? appId : appId.IndexOf('.', dot + 1) < 0 ? appId[..dot] : null;
    }
}
