using EmbeddedDapr.Runtime;

namespace EmbeddedDapr.Invocation;

/// <summary>A <c>kind: HTTPEndpoint</c>: a service outside that is invoked by the resource's name (contract sections 6.1, 8.2).</summary>
/// <param name="Name"><c>metadata.name</c>.</param>
/// <param name="BaseUrl">Where it is; <c>http</c> or <c>https</c>.</param>
/// <param name="Headers">Put on every call, secrets unresolved.</param>
/// <param name="SecretStore"><c>auth.secretStore</c>.</param>
/// <param name="Scopes">App ids; empty: all.</param>
public sealed record HttpEndpointResource(string Name, string BaseUrl, IReadOnlyList<MetadataEntry> Headers, string? SecretStore, IReadOnlyList<string> Scopes);
