using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace DeviceFleet.Gateway.Hubs;

/// <summary>
/// SignalR's own connection keeper, which also finds connections that stopped reading: a group send never ends while one of them is in the group, and what
/// they do not read piles up.
/// </summary>
internal sealed partial class FleetConnections(ILogger<FleetConnections> logger, TimeProvider time) : DefaultHubLifetimeManager<FleetHub>(logger)
{
    private readonly ConcurrentDictionary<string, HubConnectionContext> _connections = new();

    public override Task OnConnectedAsync(HubConnectionContext connection)
    {
        _connections[connection.ConnectionId] = connection;
        return base.OnConnectedAsync(connection);
    }

    public override Task OnDisconnectedAsync(HubConnectionContext connection)
    {
        _connections.TryRemove(connection.ConnectionId, out _);
        return base.OnDisconnectedAsync(connection);
    }

    /// <summary>Cuts every connection that does not take a ping within <paramref name="patience"/>. Its client connects again and gets a snapshot.</summary>
    public Task CutStalledAsync(TimeSpan patience, CancellationToken cancellationToken) =>
        Task.WhenAll(_connections.Values.Select(connection => CutIfStalledAsync(connection, patience, cancellationToken)));

    private async Task CutIfStalledAsync(HubConnectionContext connection, TimeSpan patience, CancellationToken cancellationToken)
    {
        try
        {
            await connection.WriteAsync(PingMessage.Instance, CancellationToken.None).AsTask().WaitAsync(patience, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            Log.Cut(logger, connection.ConnectionId);
            connection.Abort();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(600, LogLevel.Information, "Connection {Id} stopped reading and is cut.")]
        public static partial void Cut(ILogger logger, string id);
    }
}
