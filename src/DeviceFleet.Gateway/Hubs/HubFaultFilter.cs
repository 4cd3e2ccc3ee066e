using DeviceFleet.Gateway.Actors;
using Microsoft.AspNetCore.SignalR;

namespace DeviceFleet.Gateway.Hubs;

/// <summary>Tells a caller of the hub that an actor did not answer; what else goes wrong stays hidden.</summary>
internal sealed partial class HubFaultFilter(ILogger<HubFaultFilter> logger) : IHubFilter
{
    public async ValueTask<object?> InvokeMethodAsync(HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        try
        {
            return await next(invocationContext);
        }
        catch (Exception exception) when (ActorFaults.IsUnreachable(exception, invocationContext.Context.ConnectionAborted))
        {
            Log.Unreachable(logger, exception, invocationContext.HubMethodName);
            throw new HubException(ActorFaults.Detail);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(620, LogLevel.Warning, "{Method} found its actor out of reach.")]
        public static partial void Unreachable(ILogger logger, Exception exception, string method);
    }
}
