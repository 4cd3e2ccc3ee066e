using DeviceFleet.Simulator.Profiles;
using MQTTnet;

namespace DeviceFleet.Simulator.Devices;

/// <summary>Samples: measured, kept until they are acknowledged, and sent as far as the window has room.</summary>
internal sealed partial class VirtualDevice
{
    /// <summary>Takes a sample and sends it if the window has room.</summary>
    public void TakeSample()
    {
        lock (_lock)
        {
            if (_refused || _rebooting || _topics is null)
            {
                return;
            }

            if (_buffer.IsFull)
            {
                _fleet.Stats.NoteSkipped();
                return;
            }

            _buffer.Add(Measure(_nextSeq++));
            _fleet.Stats.NoteTaken();
            SendWhatFits_NeedsLock();
        }
    }

    /// <summary>Drops the connection when its oldest sample has waited too long: MQTT repeats only over a new one (MQTT 5, section 4.4).</summary>
    public void CheckAcknowledgements()
    {
        lock (_lock)
        {
            if (_connection is not null && _buffer.OldestInFlight is { } oldest
                && _fleet.Time.GetElapsedTime(oldest.LastSentAt) > _fleet.Options.AckTimeout)
            {
                _connection.MarkLost("no acknowledgement in time");
            }
        }
    }

    /// <summary>Samples held: those that went out without an answer yet, and those that never went out.</summary>
    public (int Sent, int Unsent) CountHeld()
    {
        lock (_lock)
        {
            return _buffer.CountUnsettled();
        }
    }

    private void SendWhatFits_NeedsLock()
    {
        while (_connection is { } connection && connection.InFlight < _fleet.Options.InFlightMax && _buffer.TryTakeNext(out var sample))
        {
            var first = sample.Sends == 0;
            if (first)
            {
                _fleet.Ledger?.Sent(_topics!.Id, _boot, sample.Seq); // before the send: nothing may be counted that the ledger does not know
            }

            sample.NoteSent(_fleet.Time.GetTimestamp());
            connection.InFlight++;
            _fleet.Stats.NoteSend(first);
            _ = SendAsync(connection, sample); // ends with its PUBACK or its connection; never throws
        }
    }

    private async Task SendAsync(DeviceConnection connection, BufferedSample sample)
    {
        try
        {
            var answer = await connection.PublishAsync(_topics!.Telemetry, sample.Payload, retain: false);
            Settle(connection, sample, answer);
        }
        catch (Exception exception)
        {
            // Whatever kept the PUBACK away, the sample stays in the buffer and this connection is no longer trusted.
            _fleet.Stats.NoteSendEnded();
            connection.MarkLost(exception.GetBaseException().Message);
        }
    }

    private void Settle(DeviceConnection connection, BufferedSample sample, MqttClientPublishResult answer)
    {
        var failed = (int)answer.ReasonCode >= 0x80;
        lock (_lock)
        {
            _fleet.Stats.NoteSendEnded();
            connection.InFlight--;
            connection.ProvedItself |= !failed;
            if (_buffer.Settle(sample))
            {
                Note(sample, failed, answer);
            }

            SendWhatFits_NeedsLock();
            GoDownIfSettled_NeedsLock();
        }
    }

    private void Note(BufferedSample sample, bool failed, MqttClientPublishResult answer)
    {
        if (failed)
        {
            _fleet.Ledger?.Failed(_topics!.Id, _boot, sample.Seq);
            _fleet.Stats.NoteFailed();
            _fleet.Stats.NoteError($"sample refused: {answer.ReasonCode} {answer.ReasonString}".TrimEnd());
        }
        else
        {
            _fleet.Ledger?.Acked(_topics!.Id, _boot, sample.Seq);
            _fleet.Stats.NoteAcknowledged(_fleet.Time.GetElapsedTime(sample.FirstSentAt));
        }
    }

    private BufferedSample Measure(long seq)
    {
        var ts = _fleet.Time.GetUtcNow().ToUnixTimeMilliseconds();
        Span<double> values = stackalloc double[_profile.Metrics.Count];
        _profile.Measure(new SignalMoment(_seed, ts), values);
        return new BufferedSample(seq, DevicePayloads.Telemetry(_boot, seq, ts, _profile.Metrics, values));
    }
}
