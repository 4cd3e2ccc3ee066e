using System.Collections.Concurrent;

namespace DeviceFleet.Broker.Downward;

/// <summary>
/// The retained <c>desired</c> of each device, bounded. MQTTnet's own store copies all retained messages for every subscribe, which a fleet that reconnects at once
/// would not survive. Lost with the process: the device's actor has it. Thread safe.
/// </summary>
internal sealed class RetainedDesired(int max)
{
    private readonly ConcurrentDictionary<string, ReadOnlyMemory<byte>> _byTopic = new(StringComparer.Ordinal);
    private int _count;

    /// <summary>Keeps or replaces; an empty payload clears (MQTT 3.1.1, section 3.3.1.3). False: there is no room for one more.</summary>
    public bool Keep(string topic, ReadOnlyMemory<byte> payload)
    {
        if (payload.IsEmpty)
        {
            if (_byTopic.TryRemove(topic, out _))
            {
                Interlocked.Decrement(ref _count);
            }

            return true;
        }

        while (true)
        {
            if (_byTopic.TryGetValue(topic, out var old))
            {
                if (_byTopic.TryUpdate(topic, payload, old))
                {
                    return true;
                }

                continue;
            }

            if (Interlocked.Increment(ref _count) > max)
            {
                Interlocked.Decrement(ref _count);
                return false;
            }

            if (_byTopic.TryAdd(topic, payload))
            {
                return true;
            }

            Interlocked.Decrement(ref _count);
        }
    }

    public bool TryGet(string topic, out ReadOnlyMemory<byte> payload) => _byTopic.TryGetValue(topic, out payload);
}
