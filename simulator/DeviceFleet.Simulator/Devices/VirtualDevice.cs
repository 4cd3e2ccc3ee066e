using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Simulator.Control;
using DeviceFleet.Simulator.Firmware;
using DeviceFleet.Simulator.Profiles;
using DeviceFleet.Simulator.Provisioning;
using MQTTnet.Exceptions;

namespace DeviceFleet.Simulator.Devices;

/// <summary>
/// One device. Samples go into its buffer; a window of them is on the wire; an acknowledgement takes one out and lets the next go. A
/// connection that ends costs nothing but time: the next one starts with the oldest sample that was not acknowledged, under the same
/// (boot, seq). Holds no thread and no timer: <see cref="RunAsync"/> waits for connections to end, all else is called from outside.
/// </summary>
internal sealed partial class VirtualDevice
{
    private const ulong BackoffChannel = 1_000;
    private const string RebootReason = "rebooting";
    private const string RotateReason = "a new credential";

    private readonly DeviceAccount _account;
    private readonly ClaimClient? _claims;
    private readonly ulong _seed;
    private readonly DeviceProfile _profile;
    private readonly FleetContext _fleet;
    private readonly RemoteControl _control;

    private readonly Lock _lock = new();
    private readonly UnackedBuffer _buffer;
    private DeviceConnection? _connection; // the one that samples go out on
    private DeviceTopics? _topics; // null: the device does not know yet who it is
    private long? _provisioningSince; // until it is connected with what it was given
    private bool _rotating; // the credential is new, and was not taken by the broker yet
    private long _boot;
    private long _nextSeq;
    private bool _refused;
    private bool _rebooting; // takes no samples; starts anew when those that it has are settled

    public VirtualDevice(DeviceAccount account, long boot, ulong seed, DeviceProfile profile, FleetContext fleet)
    {
        (_account, _boot, _seed, _profile, _fleet) = (account, boot, seed, profile, fleet);
        _claims = fleet.Options.Provisioning is { } provisioning ? new ClaimClient(account.HardwareId, seed, provisioning, fleet) : null;
        _buffer = new UnackedBuffer(fleet.Options.BufferedSamplesMax);
        var rate = fleet.Options.Rate;
        var firmware = new FirmwareUpdater(profile.Name, FirmwareTempers.Of(seed, fleet.Options.Firmware), account, fleet);
        _control = new RemoteControl(profile.Name, rate > 0 ? 1 / rate : null, firmware, fleet)
        {
            Boot = boot,
            RebootWanted = Reboot,
            CredentialOffered = TakeCredential,
        };
        Recognise();
    }

    /// <summary>Whether the device knows who it is.</summary>
    public bool HasIdentity => _account.Identity is not null;

    /// <summary>Between two samples; null: the device is silent.</summary>
    public TimeSpan? SamplePeriod => _control.IntervalSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null;

    /// <summary>Called when <see cref="SamplePeriod"/> has changed.</summary>
    public Action SamplePeriodChanged
    {
        set => _control.IntervalChanged = value;
    }

    /// <summary>Provisions itself if it has to, connects, and connects again, until told to stop or turned away for good. Says farewell when stopped while connected.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var (failures, attempts, everConnected) = (0, 0UL, false);
        try
        {
            while (true)
            {
                var round = _account.Identity is { } identity ? await LiveAsync(identity, everConnected, stop) : await ProvisionAsync(stop);
                if (round.IsLast)
                {
                    return;
                }

                everConnected |= round.WasConnected;
                failures = round.WasOfUse ? 0 : failures + 1;
                var delay = round.Wait ?? _fleet.Backoff.Delay(Math.Max(1, failures), SeededNoise.Unit(_seed, BackoffChannel, attempts++));
                await Task.Delay(delay, _fleet.Time, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }

    /// <summary>One connection with an identity, from the attempt to its end.</summary>
    private async Task<Round> LiveAsync(SimulatorIdentity identity, bool everConnected, CancellationToken stop)
    {
        switch (await ConnectAsync(identity, stop))
        {
            case ConnectOutcome.Connected(var connection):
                var wasOfUse = await ServeAsync(connection, stop);
                var rotates = await _account.TakeOfferAsync(stop);
                _rotating |= rotates;
                return new Round(wasOfUse || rotates) { WasConnected = true, Wait = rotates ? TimeSpan.Zero : null };
            case ConnectOutcome.Refused(var reason, IsOfIdentity: true):
                return await LiveWithRefusalAsync(reason, everConnected, stop);
            case ConnectOutcome.Refused(var reason, _) when !everConnected:
                return GiveUp(reason);
            case ConnectOutcome.Refused(var reason, _):
                // It was welcome before: the broker may have come up ahead of what it asks. Try again, as slowly as ever.
                _fleet.Stats.NoteError($"refused after it had been connected: {reason}");
                return default;
            case ConnectOutcome.Unavailable(var reason):
                _fleet.Stats.NoteError(reason);
                return default;
            default:
                throw new InvalidOperationException("No other outcome.");
        }
    }

    private async Task<Round> LiveWithRefusalAsync(string reason, bool everConnected, CancellationToken stop)
    {
        switch (_account.Refused(everConnected))
        {
            case AfterRefusal.GoBack:
                _rotating = false;
                _fleet.Stats.NoteRotationRefused();
                _fleet.Stats.NoteError($"new credential refused, back to the old one: {reason}");
                await _account.GoBackAsync(stop);
                return default;
            case AfterRefusal.Provision:
                _fleet.Stats.NoteError($"identity refused, provisions itself anew: {reason}");
                return await ProvisionAsync(stop);
            case AfterRefusal.TryAgain:
                _fleet.Stats.NoteError($"refused, tries again: {reason}");
                return default;
            case AfterRefusal.GiveUp:
                return GiveUp(reason);
            default:
                throw new InvalidOperationException("No other step.");
        }
    }

    /// <summary>One connection without an identity, or with one that the broker refuses: asks for one.</summary>
    private async Task<Round> ProvisionAsync(CancellationToken stop)
    {
        if (_claims is null)
        {
            return GiveUp($"no identity for {_account.HardwareId}, and no enrolment to get one with");
        }

        var anew = HasIdentity;
        _account.NoteProvisioning();
        _provisioningSince ??= _fleet.Time.GetTimestamp();
        switch (await _claims.RunAsync(stop))
        {
            case ClaimOutcome.Issued(var identity):
                await _account.TakeIssuedAsync(identity, stop);
                Recognise();
                _fleet.Stats.NoteProvisioned(anew);
                return new Round(WasOfUse: true) { Wait = TimeSpan.Zero };
            case ClaimOutcome.Later(var reason, var askAfter):
                _fleet.Stats.NoteError($"not let in yet: {reason}");
                return new Round(WasOfUse: false) { Wait = askAfter };
            case ClaimOutcome.Final(var reason) when anew:
                _fleet.Stats.NoteError($"not let in anew: {reason}");
                return default;
            case ClaimOutcome.Final(var reason):
                return GiveUp($"not let in: {reason}");
            default:
                throw new InvalidOperationException("No other outcome.");
        }
    }

    /// <summary>Takes on who it is now.</summary>
    private void Recognise()
    {
        if (_account.Identity is { } identity)
        {
            lock (_lock)
            {
                _topics = new DeviceTopics(identity.DeviceId);
                _control.Id = identity.DeviceId;
            }
        }
    }

    private async Task<ConnectOutcome> ConnectAsync(SimulatorIdentity identity, CancellationToken stop)
    {
        using var turn = await _fleet.Gate.EnterAsync(stop);
        return await DeviceConnection.OpenAsync(
            _fleet.Clients, ConnectRequest.Of(identity, _boot, _fleet.Options), _control.Receive, _fleet.Options.ConnectTimeout, _fleet.Time, stop);
    }

    /// <summary>Uses a connection until it ends; answers whether it was of use. On stop: farewell, then cancellation.</summary>
    private async Task<bool> ServeAsync(DeviceConnection connection, CancellationToken stop)
    {
        using (connection)
        {
            NoteConnected();
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

                if (reason == RotateReason)
                {
                    await HangUpAsync(connection);
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

    private void NoteConnected()
    {
        _fleet.Stats.NoteConnected();
        _account.Proved();
        if (_rotating)
        {
            _rotating = false;
            _fleet.Stats.NoteRotated();
        }

        if (_provisioningSince is { } since)
        {
            _provisioningSince = null;
            _fleet.Stats.NoteProvisionedConnected(_fleet.Time.GetElapsedTime(since));
        }
    }

    /// <summary>A new credential: the device comes back with it. What is not acknowledged goes out again then.</summary>
    private void TakeCredential(CredentialMessage message)
    {
        if (_account.Offer(message))
        {
            lock (_lock)
            {
                _connection?.MarkLost(RotateReason);
            }
        }
    }

    private void Adopt(DeviceConnection connection, CancellationToken stop)
    {
        _control.Listen(connection, stop);
        lock (_lock)
        {
            // The status goes first, on the same wire: nobody hears samples of a device that they were not told of.
            _ = PublishStatusAsync(connection, online: true, reason: null);
            _control.Attach(connection);
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
            _control.Restarted(_boot);
            _nextSeq = 0;
            _rebooting = false;
        }
    }

    private Round GiveUp(string reason)
    {
        lock (_lock)
        {
            _refused = true;
            var (sent, unsent) = _buffer.CountUnsettled();
            _fleet.Stats.NoteRefused(sent + unsent);
        }

        _fleet.Stats.NoteError($"refused: {reason}");
        return new Round(WasOfUse: false) { IsLast = true };
    }

    private async Task PublishStatusAsync(DeviceConnection connection, bool online, string? reason)
    {
        try
        {
            var answer = await connection.PublishAsync(_topics!.Status, DevicePayloads.Status(online, _boot, reason), retain: true);
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

    /// <summary>Leaves without a word: the device is back in a moment, so nobody is to be told that it is offline.</summary>
    private async Task HangUpAsync(DeviceConnection connection)
    {
        using var late = new CancellationTokenSource(_fleet.Options.StopTimeout, _fleet.Time);
        await connection.TryDisconnectAsync(late.Token);
    }

    /// <summary>What came of one connection.</summary>
    /// <param name="WasOfUse">It got the device ahead: the next attempt need not be slower.</param>
    private readonly record struct Round(bool WasOfUse)
    {
        /// <summary>It was connected with its identity.</summary>
        public bool WasConnected { get; init; }

        /// <summary>There is no next one.</summary>
        public bool IsLast { get; init; }

        /// <summary>How long to wait for the next one; null: as the back-off says.</summary>
        public TimeSpan? Wait { get; init; }
    }

    private sealed class DeviceTopics(DeviceId id)
    {
        public DeviceId Id => id;

        public string Telemetry { get; } = MqttTopics.Telemetry(id);

        public string Status { get; } = MqttTopics.Status(id);
    }
}
