using EmbeddedDapr.Invocation;
using YamlDotNet.RepresentationModel;

namespace EmbeddedDapr.Runtime;

public static partial class ResourceLoader
{
    private static HttpEndpointResource? ReadHttpEndpoint(YamlReader document, YamlMappingNode resource)
    {
        var faultsBefore = document.FaultCount;
        if (document.RequiredMap(resource, "metadata") is not { } metadata || document.RequiredMap(resource, "spec") is not { } spec)
        {
            return null;
        }

        var endpoint = new HttpEndpointResource(
            document.RequiredText(metadata, "name"),
            document.RequiredText(spec, "baseUrl"),
            [.. document.Maps(spec, "headers").Select(entry => ReadEntry(document, entry))],
            document.Map(resource, "auth") is { } auth ? document.Text(auth, "secretStore") : null,
            document.Texts(resource, "scopes"));
        return document.FaultCount == faultsBefore ? endpoint : null;
    }

    private sealed partial class Builder
    {
        private readonly List<HttpEndpointResource> _httpEndpoints = [];

        public void Add(HttpEndpointResource? endpoint)
        {
            if (endpoint is not null)
            {
                _httpEndpoints.Add(endpoint);
            }
        }
    }
}
