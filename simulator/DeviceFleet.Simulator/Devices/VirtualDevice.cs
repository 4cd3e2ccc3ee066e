using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Simulator.Control;
using DeviceFleet.Simulator.Profiles;
using MQTTnet;
using MQTTnet.Exceptions;

namespace DeviceFleet.Simulator.Devices;

/// <summary>
/// One device. Samples go into its buffer; a window of them is on the wire; an acknowledgement takes one out and lets the next go. A
/// connection that ends costs nothing but time: the next one starts with the oldest sample that was not acknowledged, under the same
/// (boot, seq). Holds no thread and no timer: <see cref="RunAsync"/> waits for connections to end, all else is called from outside.
/// </summary>
internal sealed class VirtualDevice
{
    private const ulong BackoffChannel = 1_000;
    private const string RebootReason = "rebooting";

    private readonly DeviceId _id;
    private readonly ulong _seed;
    private readonly DeviceProfile _profile;
    private readonly FleetContext _fleet;
    private readonly string _telemetryTopic;
    private readonly string _statusTopic;
    private readonly RemoteControl _control;

    private readonly Lock _lock = new();
    private readonly UnackedBuffer _buffer;
    private DeviceConnection? _connection; // the one that samples go out on
    private long _boot;
    private long _nextSeq;
    private bool _refused;
    private bool _rebooting; // takes no samples; starts anew when those that it has are settled

    public VirtualDevice(DeviceId id, long boot, ulong seed, DeviceProfile profile, FleetContext fleet)
    {
        (_id, _boot, _seed, _profile, _fleet) = (id, boot, seed, profile, fleet);
        _telemetryTopic = MqttTopics.Telemetry(id);
        _statusTopic = MqttTopics.Status(id);
        _buffer = new UnackedBuffer(fleet.Options.BufferedSamplesMax);
        var rate = fleet.Options.Rate;
        _control = new RemoteControl(id, new DeviceIdentity(profile.Name, profile.FirmwareOf(seed)), rate > 0 ? 1 / rate : null, fleet)
        {
            Boot = boot,
            RebootWanted = Reboot,
        };
    }

    /// <summary>Between two samples; null: the device is silent.</summary>
    public TimeSpan? SamplePeriod => _control.IntervalSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null;

    /// <summary>Called when <see cref="SamplePeriod"/> has changed.</summary>
    public Action SamplePeriodChanged
    {
        set => _control.IntervalChanged = value;
    }

    /// <summary>Connects, and connects again, until told to stop or turned away for good. Says farewell when stopped while connected.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var (failures, attempts, everConnected) = (0, 0UL, false);
        try
        {
            while (true)
            {
                switch (await ConnectAsync(stop))
                {
                    case ConnectOutcome.Connected(var connection):
                        everConnected = true;
                        failures = await ServeAsync(connection, stop) ? 0 : failures + 1;
                        break;
                    case ConnectOutcome.Refused(var reason) when !everConnected:
                        GiveUp(reason);
                        return;
                    case ConnectOutcome.Refused(var reason):
                        // It was welcome before: the broker may have come up ahead of what it asks. Try again, as slowly as ever.
                        failures++;
                        _fleet.Stats.NoteError($"refused after it had been connected: {reason}");
                        break;
                    case ConnectOutcome.Unavailable(var reason):
                        failures++;
                        _fleet.Stats.NoteError(reason);
                        break;
                }

                var delay = _fleet.Backoff.Delay(Math.Max(1, failures), SeededNoise.Unit(_seed, BackoffChannel, attempts++));
                await Task.Delay(delay, _fleet.Time, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }

    /// <summary>Takes a sample and sends it if the window has room.</summary>
    public void TakeSample()
    {
        lock (_lock)
        {
            if (_refused || _rebooting)
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

    private async Task<ConnectOutcome> ConnectAsync(CancellationToken stop)
    {
        using var turn = await _fleet.Gate.EnterAsync(stop);
        return await DeviceConnection.OpenAsync(_fleet.Clients, ConnectRequest.Of(_id, _boot, _fleet.Options), _control.Receive, _fleet.Options.ConnectTimeout, _fleet.Time, stop);
    }

    /// <summary>Uses a connection until it ends; answers whether it was of use. On stop: farewell, then cancellation.</summary>
    private async Task<bool> ServeAsync(DeviceConnection connection, CancellationToken stop)
    {
        using (connection)
        {
            _fleet.Stats.NoteConnected();
            try
            {
                Adopt(connection, stop);
                var reason = await connection.LostAsync(stop);
                if (reason == RebootReason)
                {
                    await SayFarewellAsync(connection, RebootReason);
                    StartAnew();
                    return true;
                }

                _fleet.Stats.NoteError(reason);
                return connection.ProvedItself;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                await SayFarewellAsync(connection, "stopped");
                throw;
            }
            finally
            {
                _control.Detach();
                lock (_lock)
                {
                    _connection = null;
                }

                _fleet.Stats.NoteDisconnected();
            }
        }
    }

    private void Adopt(DeviceConnection connection, CancellationToken stop)
    {
        _control.Listen(connection);
        lock (_lock)
        {
            // The status goes first, on the same wire: nobody hears samples of a device that they were not told of.
            _ = PublishStatusAsync(connection, online: true, reason: null);
            _control.Attach(connection, stop);
            _connection = connection;
            _buffer.Rewind();
            SendWhatFits_NeedsLock();
            GoDownIfSettled_NeedsLock();
        }
    }

    private void Reboot()
    {
        lock (_lock)
        {
            _rebooting = true;
            GoDownIfSettled_NeedsLock();
        }
    }

    /// <summary>A start that has unsettled samples is not left: under the next one nobody would send them.</summary>
    private void GoDownIfSettled_NeedsLock()
    {
        if (_rebooting && _buffer.Count == 0)
        {
            _connection?.MarkLost(RebootReason);
        }
    }

    private void StartAnew()
    {
        lock (_lock)
        {
            _boot = Math.Max(_boot + 1, _fleet.Time.GetUtcNow().ToUnixTimeMilliseconds());
            _control.Boot = _boot;
            _nextSeq = 0;
            _rebooting = false;
        }
    }

    private void SendWhatFits_NeedsLock()
    {
        while (_connection is { } connection && connection.InFlight < _fleet.Options.InFlightMax && _buffer.TryTakeNext(out var sample))
        {
            var first = sample.Sends == 0;
            if (first)
            {
                _fleet.Ledger?.Sent(_id, _boot, sample.Seq); // before the send: nothing may be counted that the ledger does not know
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
            var answer = await connection.PublishAsync(_telemetryTopic, sample.Payload, retain: false);
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
            _fleet.Ledger?.Failed(_id, _boot, sample.Seq);
            _fleet.Stats.NoteFailed();
            _fleet.Stats.NoteError($"sample refused: {answer.ReasonCode} {answer.ReasonString}".TrimEnd());
        }
        else
        {
            _fleet.Ledger?.Acked(_id, _boot, sample.Seq);
            _fleet.Stats.NoteAcknowledged(_fleet.Time.GetElapsedTime(sample.FirstSentAt));
        }
    }

    private void GiveUp(string reason)
    {
        lock (_lock)
        {
            _refused = true;
            var (sent, unsent) = _buffer.CountUnsettled();
            _fleet.Stats.NoteRefused(sent + unsent);
        }

        _fleet.Stats.NoteError($"refused: {reason}");
    }

    private async Task PublishStatusAsync(DeviceConnection connection, bool online, string? reason)
    {
        try
        {
            var answer = await connection.PublishAsync(_statusTopic, DevicePayloads.Status(online, _boot, reason), retain: true);
            if ((int)answer.ReasonCode >= 0x80)
            {
                _fleet.Stats.NoteError($"status refused: {answer.ReasonCode} {answer.ReasonString}".TrimEnd());
            }
        }
        catch (Exception exception)
        {
            connection.MarkLost(exception.GetBaseException().Message);
        }
    }

    private async Task SayFarewellAsync(DeviceConnection connection, string reason)
    {
        using var late = new CancellationTokenSource(_fleet.Options.StopTimeout, _fleet.Time);
        try
        {
            await PublishStatusAsync(connection, online: false, reason).WaitAsync(late.Token);
            await connection.DisconnectAsync(late.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or MqttCommunicationException or InvalidOperationException)
        {
            _fleet.Stats.NoteError($"{reason} without a farewell: " + exception.Message);
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
