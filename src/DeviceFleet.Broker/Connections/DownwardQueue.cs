using System.Buffers;
using DeviceFleet.Broker.Downward;
using MQTTnet;
using MQTTnet.Protocol;
using MQTTnet.Server;

namespace DeviceFleet.Broker.Connections;

/// <summary>
/// What one connection subscribed to, and what is on its way to it. The broker keeps subscriptions here and not in MQTTnet, whose every publish would walk all
/// sessions that have one. Thread safe.
/// </summary>
internal sealed class DownwardQueue(int subscriptionsMax, int onTheWayMax)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, MqttQualityOfServiceLevel> _subscriptions = new(StringComparer.Ordinal);
    private MqttSessionStatus? _session;
    private int _onTheWay;
    private bool _closed;

    /// <summary>Most messages that are queued or not acknowledged.</summary>
    public int OnTheWayMax { get; set; } = onTheWayMax;

    /// <summary>False: the connection has as many filters as it may have.</summary>
    public bool Subscribe(string filter, MqttQualityOfServiceLevel qualityOfService, MqttSessionStatus session)
    {
        lock (_lock)
        {
            _session = session;
            if (!_subscriptions.ContainsKey(filter) && _subscriptions.Count >= subscriptionsMax)
            {
                return false;
            }

            _subscriptions[filter] = qualityOfService;
            return true;
        }
    }

    public void Unsubscribe(string filter)
    {
        lock (_lock)
        {
            _subscriptions.Remove(filter);
        }
    }

    /// <summary>Nothing is taken any more.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
        }
    }

    /// <summary>A PUBACK came.</summary>
    public void Acknowledged()
    {
        lock (_lock)
        {
            _onTheWay = Math.Max(0, _onTheWay - 1); // a client may acknowledge what was never sent
        }
    }

    public DownwardOutcome Enqueue(string topic, ReadOnlyMemory<byte> payload, bool retain, AnswerTo? answerTo = null)
    {
        lock (_lock)
        {
            if (_closed)
            {
                return DownwardOutcome.NotConnected;
            }

            if (Match_NeedsLock(topic) is not { } qualityOfService || _session is null)
            {
                return DownwardOutcome.NotSubscribed;
            }

            // Counted until the PUBACK: MQTTnet bounds only what it has not sent yet, and keeps all that was sent until it is acknowledged.
            if (_onTheWay >= OnTheWayMax)
            {
                return DownwardOutcome.QueueFull;
            }

            var message = new MqttApplicationMessage
            {
                Topic = topic,
                Payload = new ReadOnlySequence<byte>(payload),
                QualityOfServiceLevel = qualityOfService,
                Retain = retain,
                ResponseTopic = answerTo?.Topic,
                CorrelationData = answerTo?.Correlation,
            };
            if (!_session.TryEnqueueApplicationMessage(message, out _))
            {
                return DownwardOutcome.QueueFull;
            }

            _onTheWay += qualityOfService == MqttQualityOfServiceLevel.AtMostOnce ? 0 : 1;
            return DownwardOutcome.Enqueued;
        }
    }

    /// <summary>Highest quality of service of the filters that match, at most 1; null: none does.</summary>
    private MqttQualityOfServiceLevel? Match_NeedsLock(string topic)
    {
        MqttQualityOfServiceLevel? best = null;
        foreach (var (filter, granted) in _subscriptions)
        {
            if ((best is null || granted > best) && MqttTopicFilterComparer.Compare(topic, filter) == MqttTopicFilterCompareResult.IsMatch)
            {
                best = granted;
            }
        }

        return best;
    }
}
