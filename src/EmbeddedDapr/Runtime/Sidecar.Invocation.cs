using EmbeddedDapr.Invocation;
using EmbeddedDapr.Peers;
using EmbeddedDapr.Tracing;

namespace EmbeddedDapr.Runtime;

/// <content>Service invocation.</content>
public sealed partial class Sidecar
{
    /// <summary>Calls of other apps, and calls of others into this one.</summary>
    public InvokeApi Invoke => LazyInitializer.EnsureInitialized(ref field, () => new InvokeApi(this))!;

    /// <summary>Spans of the calls of its API.</summary>
    public Tracer Tracer => LazyInitializer.EnsureInitialized(ref field, () => new Tracer(Options.Configuration.Tracing, new Random()))!;

    /// <summary>Finds the sidecar of an app of the same engine; null: there are no others.</summary>
    public Func<string, Sidecar?>? Siblings { get; init; }

    /// <summary>Sidecars in other processes of this machine; null: they are not looked for.</summary>
    public IPeers? Peers => Options.Peers;

    /// <summary>Services outside, in this app's scope.</summary>
    public IEnumerable<HttpEndpointResource> HttpEndpoints =>
        Resources.HttpEndpoints.Where(endpoint => endpoint.Scopes.Count == 0 || endpoint.Scopes.Contains(Options.AppId));
}
