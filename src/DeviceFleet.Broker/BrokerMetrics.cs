using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using DeviceFleet.Broker.Downward;
using DeviceFleet.Broker.Upward;

namespace DeviceFleet.Broker;

/// <summary>What the broker did since it was made. A snapshot: each number is exact, but they were not read at one instant.</summary>
public sealed record BrokerCounters
{
    /// <summary>Sockets open now, those before their CONNECT included.</summary>
    public required long Connections { get; init; }

    /// <summary>CONNECTs accepted.</summary>
    public required long Connects { get; init; }

    /// <summary>CONNECTs that were told to come again because nobody could decide about them in time.</summary>
    public required long ConnectsBusy { get; init; }

    /// <summary>Connections of claims now.</summary>
    public required long Claims { get; init; }

    /// <summary>Connections that the host had cut, those that were being let in included.</summary>
    public required long Cuts { get; init; }

    /// <summary>Connections that a newer one of the same client replaced.</summary>
    public required long Takeovers { get; init; }

    /// <summary>Upward messages whose device was told so, wills included.</summary>
    public required long UpwardAccepted { get; init; }

    /// <summary>Upward messages that were not accepted; the device sends again what it sent at QoS 1.</summary>
    public required long UpwardFailed { get; init; }

    /// <summary>Upward messages at the handler now.</summary>
    public required long UpwardInFlight { get; init; }

    /// <summary>Last wills given up.</summary>
    public required long WillsLost { get; init; }

    /// <summary>Messages put into a device's queue.</summary>
    public required long DownwardEnqueued { get; init; }

    /// <summary>Messages to a device that were not.</summary>
    public required long DownwardNotEnqueued { get; init; }

    /// <summary>Refusals by reason, one of <see cref="Contracts.Devices.RejectionReasons"/>.</summary>
    public required IReadOnlyDictionary<string, long> Rejected { get; init; }

    /// <summary>Refusals that could not be told to the host.</summary>
    public required long RejectionsDropped { get; init; }
}

/// <summary>Counts, for <see cref="BrokerCounters"/> and for the meter <c>DeviceFleet.Broker</c>; tags come from closed sets.</summary>
internal sealed class BrokerMetrics : IDisposable
{
    public const string MeterName = "DeviceFleet.Broker";

    private readonly Meter _meter = new(MeterName);
    private readonly ConcurrentDictionary<string, long> _rejectedByReason = new(StringComparer.Ordinal);
    private readonly UpDownCounter<long> _connectionsMeter;
    private readonly Counter<long> _connectsMeter;
    private readonly Counter<long> _busyMeter;
    private readonly UpDownCounter<long> _claimsMeter;
    private readonly Counter<long> _cutsMeter;
    private readonly Counter<long> _takeoversMeter;
    private readonly Counter<long> _upwardMeter;
    private readonly Counter<long> _willsLostMeter;
    private readonly Counter<long> _downwardMeter;
    private readonly Counter<long> _rejectedMeter;
    private readonly Counter<long> _rejectionsDroppedMeter;
    private long _connections;
    private long _connects;
    private long _busy;
    private long _claims;
    private long _cuts;
    private long _takeovers;
    private long _accepted;
    private long _failed;
    private long _inFlight;
    private long _willsLost;
    private long _enqueued;
    private long _notEnqueued;
    private long _rejectionsDropped;

    public BrokerMetrics()
    {
        _connectionsMeter = _meter.CreateUpDownCounter<long>("devicefleet.broker.connections", "{connection}");
        _connectsMeter = _meter.CreateCounter<long>("devicefleet.broker.connects", "{connect}");
        _busyMeter = _meter.CreateCounter<long>("devicefleet.broker.connects.busy", "{connect}", "Told to come again: nobody could decide in time.");
        _claimsMeter = _meter.CreateUpDownCounter<long>("devicefleet.broker.claims", "{connection}", "Connections of claims.");
        _cutsMeter = _meter.CreateCounter<long>("devicefleet.broker.cuts", "{connection}", "Connections that were cut on demand.");
        _takeoversMeter = _meter.CreateCounter<long>("devicefleet.broker.takeovers", "{takeover}");
        _upwardMeter = _meter.CreateCounter<long>("devicefleet.broker.upward", "{message}", "Upward messages by outcome.");
        _willsLostMeter = _meter.CreateCounter<long>("devicefleet.broker.wills.lost", "{will}");
        _downwardMeter = _meter.CreateCounter<long>("devicefleet.broker.downward", "{message}", "Downward messages by outcome.");
        _rejectedMeter = _meter.CreateCounter<long>("devicefleet.broker.rejected", "{refusal}", "Refusals by reason.");
        _rejectionsDroppedMeter = _meter.CreateCounter<long>("devicefleet.broker.rejections.dropped", "{refusal}");
    }

    /// <summary>The number of connections with this one.</summary>
    public long ConnectionOpened()
    {
        _connectionsMeter.Add(1);
        return Interlocked.Increment(ref _connections);
    }

    public void ConnectionClosed()
    {
        _connectionsMeter.Add(-1);
        Interlocked.Decrement(ref _connections);
    }

    public void Connected() => Count(ref _connects, _connectsMeter);

    public void Busy() => Count(ref _busy, _busyMeter);

    public void Cut() => Count(ref _cuts, _cutsMeter);

    public void ClaimOpened()
    {
        _claimsMeter.Add(1);
        Interlocked.Increment(ref _claims);
    }

    public void ClaimClosed()
    {
        _claimsMeter.Add(-1);
        Interlocked.Decrement(ref _claims);
    }

    public void TakenOver() => Count(ref _takeovers, _takeoversMeter);

    public void UpwardStarted() => Interlocked.Increment(ref _inFlight);

    public void UpwardEnded(UpwardVerdict verdict)
    {
        Interlocked.Decrement(ref _inFlight);
        switch (verdict)
        {
            case UpwardVerdict.Accepted:
                Interlocked.Increment(ref _accepted);
                _upwardMeter.Add(1, new KeyValuePair<string, object?>("outcome", "accepted"));
                break;
            case UpwardVerdict.Failed:
                Interlocked.Increment(ref _failed);
                _upwardMeter.Add(1, new KeyValuePair<string, object?>("outcome", "failed"));
                break;
        }
    }

    public void WillLost() => Count(ref _willsLost, _willsLostMeter);

    public void Sent(DownwardOutcome outcome)
    {
        Interlocked.Increment(ref outcome == DownwardOutcome.Enqueued ? ref _enqueued : ref _notEnqueued);
        _downwardMeter.Add(1, new KeyValuePair<string, object?>("outcome", outcome switch
        {
            DownwardOutcome.Enqueued => "enqueued",
            DownwardOutcome.NotConnected => "not-connected",
            DownwardOutcome.NotSubscribed => "not-subscribed",
            DownwardOutcome.QueueFull => "queue-full",
            DownwardOutcome.Refused => "refused",
        }));
    }

    public void Rejected(string reason)
    {
        _rejectedByReason.AddOrUpdate(reason, 1, static (_, count) => count + 1);
        _rejectedMeter.Add(1, new KeyValuePair<string, object?>("reason", reason));
    }

    public void RejectionDropped() => Count(ref _rejectionsDropped, _rejectionsDroppedMeter);

    public BrokerCounters Snapshot() => new()
    {
        Connections = Interlocked.Read(ref _connections),
        Connects = Interlocked.Read(ref _connects),
        ConnectsBusy = Interlocked.Read(ref _busy),
        Claims = Interlocked.Read(ref _claims),
        Cuts = Interlocked.Read(ref _cuts),
        Takeovers = Interlocked.Read(ref _takeovers),
        UpwardAccepted = Interlocked.Read(ref _accepted),
        UpwardFailed = Interlocked.Read(ref _failed),
        UpwardInFlight = Interlocked.Read(ref _inFlight),
        WillsLost = Interlocked.Read(ref _willsLost),
        DownwardEnqueued = Interlocked.Read(ref _enqueued),
        DownwardNotEnqueued = Interlocked.Read(ref _notEnqueued),
        Rejected = new Dictionary<string, long>(_rejectedByReason),
        RejectionsDropped = Interlocked.Read(ref _rejectionsDropped),
    };

    public void Dispose() => _meter.Dispose();

    private static void Count(ref long number, Counter<long> meter)
    {
        Interlocked.Increment(ref number);
        meter.Add(1);
    }
}
