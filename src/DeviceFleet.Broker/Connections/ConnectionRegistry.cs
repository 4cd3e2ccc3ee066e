using System.Collections.Concurrent;

namespace DeviceFleet.Broker.Connections;

/// <summary>The connections of each client: those whose CONNECT was accepted, and the one that is current. Thread safe.</summary>
internal sealed class ConnectionRegistry
{
    private readonly ConcurrentDictionary<string, BrokerConnection> _current = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _present = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <summary>Connections of the runtime's account; walked for each upward message, and usually none.</summary>
    public ConcurrentDictionary<BrokerConnection, bool> Runtimes { get; } = new();

    /// <summary>The current connection of a client, once it was told that it is connected.</summary>
    public BrokerConnection? Find(string clientId) => _current.GetValueOrDefault(clientId);

    /// <summary>
    /// Whether a connection of the client was accepted and has neither ended nor been taken over. True before MQTTnet cuts the connection that the new one takes over, so that the
    /// old one's end is never mistaken for the device's absence.
    /// </summary>
    public bool IsPresent(string clientId)
    {
        lock (_lock)
        {
            return _present.ContainsKey(clientId);
        }
    }

    /// <summary>Its CONNECT was accepted; MQTTnet takes the older one over after this.</summary>
    public void Accepted(BrokerConnection connection)
    {
        lock (_lock)
        {
            connection.IsPresent = true;
            _present[connection.ClientId] = _present.GetValueOrDefault(connection.ClientId) + 1;
        }
    }

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
        if (!connection.IsPresent)
        {
            return;
        }

        connection.IsPresent = false;
        if (_present[connection.ClientId] == 1)
        {
            _present.Remove(connection.ClientId);
        }
        else
        {
            _present[connection.ClientId]--;
        }
    }
}
