namespace EmbeddedDapr.Peers;

/// <summary>
/// Headers between two sidecars. The protocol is our own: HTTP/2 on loopback, headers and body as they are, and these beside them. A call that could not be
/// carried out is answered with <see cref="FaultCode"/>.
/// </summary>
internal static class PeerHeaders
{
    public const string Prefix = "embedded-dapr-";
    public const string Token = Prefix + "token";
    public const string Callee = Prefix + "callee";
    public const string CallerId = Prefix + "caller";
    public const string CallerNamespace = Prefix + "caller-namespace";
    public const string Method = Prefix + "method";
    public const string Verb = Prefix + "verb";
    public const string Path = Prefix + "path";
    public const string Query = Prefix + "query";
    public const string FaultCode = Prefix + "fault-code";
    public const string FaultText = Prefix + "fault-text";

    /// <summary>Path of calls over HTTP; gRPC calls have their own paths.</summary>
    public const string InvokePath = "/invoke";

    public static bool IsOwn(string name) => name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase);
}
