using System.Security.Cryptography;
using System.Text;
using EmbeddedDapr.Runtime;
using EmbeddedDapr.Server.Peers;

namespace EmbeddedDapr.Server.Grpc;

/// <summary>What becomes of gRPC calls that no method of the table takes: all of them are passed on to an app, or refused because none is named (contract section 11.5).</summary>
internal static class GrpcFallback
{
    private const string TokenHeader = "dapr-api-token";

    /// <summary>Adds it at the end of the gRPC head.</summary>
    public static void UseGrpcFallback(this IApplicationBuilder app, Sidecar sidecar) => app.Run(context =>
        sidecar.Options.ApiToken is { } token
            && !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes(context.Request.Headers[TokenHeader].ToString()))
            ? GrpcForwarder.FailAsync(context, GrpcCode.Unauthenticated, "authentication error: api token mismatch")
            : GrpcForwarder.ForwardAsync(context, sidecar));
}
