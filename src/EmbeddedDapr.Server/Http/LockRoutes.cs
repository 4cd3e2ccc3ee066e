using EmbeddedDapr.Locks;
using EmbeddedDapr.Runtime;
using Proto = global::Dapr.Client.Autogen.Grpc.v1;

namespace EmbeddedDapr.Server.Http;

/// <summary>The HTTP routes of the distributed lock API (Dapr API reference, distributed lock).</summary>
internal static class LockRoutes
{
    private const int StoreSegment = 2;

    internal static void MapLocks(this IEndpointRouteBuilder routes, Sidecar sidecar)
    {
        routes.MapPost("/v1.0-alpha1/lock/{store}", (RequestDelegate)(context => TryLockAsync(context, sidecar)));
        routes.MapPost("/v1.0-alpha1/unlock/{store}", (RequestDelegate)(context => UnlockAsync(context, sidecar)));
    }

    private static async Task TryLockAsync(HttpContext context, Sidecar sidecar)
    {
        if (ProtoBodies.Read<Proto.TryLockRequest>(await context.ReadBodyAsync(sidecar.Options.BodyBytesMax), out var why) is not { } body)
        {
            await context.WriteErrorAsync(ProtoBodies.Refusal(why));
            return;
        }

        var request = new LockRequest(body.ResourceId, body.LockOwner, body.ExpiryInSeconds);
        var result = await sidecar.Locks.TryLockAsync(context.PathSegment(StoreSegment), request, context.RequestAborted);
        await (result.Error is { } error
            ? context.WriteErrorAsync(error)
            : context.WriteJsonAsync(writer =>
            {
                writer.WriteStartObject();
                writer.WriteBoolean("success"u8, result.Value);
                writer.WriteEndObject();
            }));
    }

    private static async Task UnlockAsync(HttpContext context, Sidecar sidecar)
    {
        if (ProtoBodies.Read<Proto.UnlockRequest>(await context.ReadBodyAsync(sidecar.Options.BodyBytesMax), out var why) is not { } body)
        {
            await context.WriteErrorAsync(ProtoBodies.Refusal(why));
            return;
        }

        var result = await sidecar.Locks.UnlockAsync(context.PathSegment(StoreSegment), new LockRequest(body.ResourceId, body.LockOwner), context.RequestAborted);
        await (result.Error is { } error
            ? context.WriteErrorAsync(error)
            : context.WriteJsonAsync(writer =>
            {
                writer.WriteStartObject();
                writer.WriteNumber("status"u8, (int)result.Value);
                writer.WriteEndObject();
            }));
    }
}
