using System.Collections.Concurrent;

namespace DeviceFleet.Broker.Connections;

/// <summary>The current connection of each client. Thread safe.</summary>
internal sealed class ConnectionRegistry
{
    private readonly ConcurrentDictionary<string, BrokerConnection> _current = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    public BrokerConnection? Find(string clientId) => _current.GetValueOrDefault(clientId);

    /// <summary>Connections of the runtime's account; walked only when there are some.</summary>
    public ConcurrentDictionary<BrokerConnection, bool> Runtimes { get; } = new();

    // Two connections of one client may be accepted at the same time. MQTTnet decides which is the newer one and tells so before the newer one is told to be connected;
    // the older may be told to be connected only afterwards, and then must not displace the newer.
    public void Connected(BrokerConnection connection)
    {
        lock (_lock)
        {
            if (connection.IsTakenOver)
            {
                return;
            }

            _current[connection.ClientId] = connection;
            if (connection.Principal is { IsRuntime: true })
            {
                Runtimes[connection] = true;
            }
        }
    }

    public void TakenOver(BrokerConnection connection)
    {
        lock (_lock)
        {
            connection.IsTakenOver = true;
            Remove_NeedsLock(connection);
        }
    }

    public void Ended(BrokerConnection connection)
    {
        lock (_lock)
        {
            Remove_NeedsLock(connection);
        }
    }

    private void Remove_NeedsLock(BrokerConnection connection)
    {
        connection.Downward.Close();
        _current.TryRemove(KeyValuePair.Create(connection.ClientId, connection));
        Runtimes.TryRemove(connection, out _);
    }
}
