using System.Globalization;
using Microsoft.AspNetCore.Http.Features;

namespace EmbeddedDapr.Server.Metrics;

/// <summary>How a gRPC call ended, as its answer tells.</summary>
internal static class GrpcStatus
{
    private const string Header = "grpc-status";

    /// <summary>The code; null: none was sent.</summary>
    public static int? Of(HttpContext context)
    {
        var text = context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers[Header].ToString() is { Length: > 0 } trailer ? trailer : context.Response.Headers[Header].ToString();
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? code : null;
    }
}
