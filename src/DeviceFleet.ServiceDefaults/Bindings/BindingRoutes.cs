using DeviceFleet.ServiceDefaults.Sidecar;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace DeviceFleet.ServiceDefaults.Bindings;

/// <summary>Routes of MQTT input bindings.</summary>
public static class BindingRoutes
{
    /// <summary>
    /// Takes the messages of one binding. Answers 200 when <paramref name="take"/> returns: the message is settled. What it throws ends in 500: the binding does not acknowledge. A plain request
    /// delegate, resolved once: this is the hot path, and there is nothing here to bind.
    /// </summary>
    /// <param name="endpoints">The service.</param>
    /// <param name="route">Name of the binding.</param>
    /// <param name="time">Clock.</param>
    /// <param name="take">Settles one message; it may read the payload until it returns.</param>
    public static void MapBinding(this IEndpointRouteBuilder endpoints, string route, TimeProvider time, Func<IncomingMessage, CancellationToken, Task> take) =>
        endpoints.MapPost("/" + route, async context =>
        {
            var message = await IncomingMessage.ReadAsync(context, time);
            try
            {
                await take(message, context.RequestAborted);
            }
            finally
            {
                message.Release(context);
            }
        }).ForSidecar();
}
