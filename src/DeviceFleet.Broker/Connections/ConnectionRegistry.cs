using System.Collections.Concurrent;

namespace DeviceFleet.Broker.Connections;

/// <summary>Whether a connection that shows the right things is let in.</summary>
internal enum Admission
{
    /// <summary>Yes.</summary>
    Admitted,

    /// <summary>It was cut while it was being decided about.</summary>
    Cut,

    /// <summary>Another connection has the claim id.</summary>
    ClaimInUse,

    /// <summary>There are as many claims as there may be.</summary>
    TooManyClaims,
}

/// <summary>
/// The connections of each client: those about whose CONNECT is being decided, those that were let in, and the one that is current. Thread safe.
/// </summary>
internal sealed class ConnectionRegistry(int claimsMax)
{
    private readonly ConcurrentDictionary<string, BrokerConnection> _current = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _present = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<BrokerConnection>> _asking = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private int _claims;

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

    /// <summary>
    /// Its CONNECT came, and whether it may is about to be asked. From here to <see cref="Connected"/> a cut of the client finds it: the answer may be older than the cut.
    /// </summary>
    public void Asking(BrokerConnection connection, string clientId)
    {
        lock (_lock)
        {
            connection.ClientId = clientId;
            if (!_asking.TryGetValue(clientId, out var asking))
            {
                _asking[clientId] = asking = new List<BrokerConnection>(1);
            }

            asking.Add(connection);
        }
    }

    /// <summary>Its CONNECT is to be accepted; MQTTnet takes the older one over after this.</summary>
    public Admission Admit(BrokerConnection connection)
    {
        lock (_lock)
        {
            if (connection.IsCut)
            {
                return Admission.Cut;
            }

            if (connection.Principal is { IsClaim: true })
            {
                if (_present.ContainsKey(connection.ClientId))
                {
                    return Admission.ClaimInUse;
                }

                if (_claims >= claimsMax)
                {
                    return Admission.TooManyClaims;
                }

                _claims++;
            }

            connection.IsPresent = true;
            _present[connection.ClientId] = _present.GetValueOrDefault(connection.ClientId) + 1;
            return Admission.Admitted;
        }
    }

    /// <summary>It was told that it is connected. False: it was cut meanwhile.</summary>
    // Two connections of one client may be accepted at the same time. MQTTnet decides which is the newer one and tells so before the newer one is told to be connected;
    // the older may be told to be connected only afterwards, and then must not displace the newer.
    public bool Connected(BrokerConnection connection)
    {
        lock (_lock)
        {
            AskedNoMore_NeedsLock(connection);
            if (connection.IsTakenOver)
            {
                return true;
            }

            if (connection.IsCut)
            {
                return false;
            }

            _current[connection.ClientId] = connection;
            if (connection.Principal is { IsRuntime: true })
            {
                Runtimes[connection] = true;
            }

            return true;
        }
    }

    /// <summary>
    /// Nothing more is sent to the client's connections. Returns those that have to be ended; those that are being let in end by themselves, when they find that they were cut.
    /// </summary>
    public (BrokerConnection? Current, int All) Cut(string clientId)
    {
        lock (_lock)
        {
            var all = 0;
            foreach (var connection in _asking.GetValueOrDefault(clientId) ?? [])
            {
                all += Mark(connection);
            }

            if (!_current.TryRemove(clientId, out var current))
            {
                return (null, all);
            }

            return (current, all + Mark(current));
        }

        static int Mark(BrokerConnection connection)
        {
            connection.Downward.Close();
            if (connection.IsCut)
            {
                return 0;
            }

            connection.IsCut = true;
            return 1;
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
            AskedNoMore_NeedsLock(connection);
            Remove_NeedsLock(connection);
        }
    }

    private void AskedNoMore_NeedsLock(BrokerConnection connection)
    {
        if (_asking.TryGetValue(connection.ClientId, out var asking) && asking.Remove(connection) && asking.Count == 0)
        {
            _asking.Remove(connection.ClientId);
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
        if (connection.Principal is { IsClaim: true })
        {
            _claims--;
        }

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
