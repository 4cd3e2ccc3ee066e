using System.Buffers;
using System.Text.Json;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Simulator.Devices;
using DeviceFleet.Simulator.Firmware;
using MQTTnet;

namespace DeviceFleet.Simulator.Control;

/// <summary>
/// What a device is told from above, and what it answers: desired of its twin, firmware, commands, credentials. Lives as long as the device, so that a command that comes again over another
/// connection, or after a reboot, is not executed again. Thread-safe; holds no timer but for a command at work.
/// </summary>
internal sealed class RemoteControl
{
    private readonly Lock _lock = new();
    private readonly string _type;
    private readonly FleetContext _fleet;
    private readonly FirmwareUpdater _firmware;
    private readonly DesiredState _desired;
    private CommandMemory? _commands; // most devices of a large fleet never see one
    private DeviceConnection? _connection;
    private CancellationToken _stop;

    public RemoteControl(string type, double? intervalSeconds, FirmwareUpdater firmware, FleetContext fleet)
    {
        (_type, _firmware, _fleet) = (type, firmware, fleet);
        _desired = new DesiredState(intervalSeconds);
        firmware.ReportChanged = ReportFirmware;
    }

    /// <summary>Called when the interval has changed.</summary>
    public Action IntervalChanged { get; set; } = static () => { };

    /// <summary>Called when the device is to start anew.</summary>
    public Action RebootWanted
    {
        get;
        set
        {
            field = value;
            _firmware.RestartWanted = value;
        }
    } = static () => { };

    /// <summary>Called with a new credential.</summary>
    public Action<CredentialMessage> CredentialOffered { get; set; } = static _ => { };

    /// <summary>Who the device is; set before it first connects.</summary>
    public DeviceId Id { get; set; }

    /// <summary>The device's present start, for the ledger.</summary>
    public long Boot { get; set; }

    /// <summary>Seconds between two samples; null: silent.</summary>
    public double? IntervalSeconds
    {
        get
        {
            lock (_lock)
            {
                return _desired.IntervalSeconds;
            }
        }
    }

    /// <summary>Subscribes. Before the device says that it is there: what that brings down must find somebody who listens.</summary>
    public void Listen(DeviceConnection connection, CancellationToken stop)
    {
        lock (_lock)
        {
            _stop = stop;
        }

        _ = ListenAsync(connection);
    }

    /// <summary>Tells over a new connection who the device is and how often it samples, and gives the answers that the last one did not get across.</summary>
    public void Attach(DeviceConnection connection)
    {
        IReadOnlyList<RememberedCommand> unacknowledged;
        double? interval;
        lock (_lock)
        {
            _connection = connection;
            interval = _desired.IntervalSeconds;
            unacknowledged = _commands is null ? [] : [.. _commands.Unacknowledged];
        }

        _ = ReportAsync(connection, DevicePayloads.Reported(null, _type, _firmware.Report, interval), asksAfter: false);
        foreach (var command in unacknowledged)
        {
            _ = AnswerAsync(command);
        }
    }

    /// <summary>The device has started anew.</summary>
    public void Restarted(long boot)
    {
        Boot = boot;
        _firmware.Restarted();
    }

    /// <summary>The connection is gone.</summary>
    public void Detach()
    {
        lock (_lock)
        {
            _connection = null;
        }
    }

    /// <summary>Takes a message from above. Never throws.</summary>
    public void Receive(MqttApplicationMessage message)
    {
        try
        {
            var payload = message.Payload.IsSingleSegment ? message.Payload.FirstSpan : message.Payload.ToArray();
            if (MqttTopics.TryParse(message.Topic, out _, out var kind) && kind == DeviceTopicKind.Desired)
            {
                TakeDesired(payload);
            }
            else if (kind == DeviceTopicKind.Command)
            {
                TakeCommand(message, payload);
            }
            else if (kind == DeviceTopicKind.Credentials)
            {
                TakeCredential(payload);
            }
        }
        catch (JsonException exception)
        {
            _fleet.Stats.NoteError($"not understood on {message.Topic}: {exception.Message}"); // position and expected type, never the text itself
        }
    }

    private void TakeDesired(ReadOnlySpan<byte> payload)
    {
        DesiredTaken taken;
        DeviceConnection? connection;
        CancellationToken stop;
        lock (_lock)
        {
            taken = _desired.Take(payload);
            connection = _connection;
            stop = _stop;
        }

        if (taken.Interval is { } reported)
        {
            IntervalChanged();
            if (connection is not null)
            {
                _ = ReportAsync(connection, DevicePayloads.Reported(reported.ReportedVersion, null, null, reported.Seconds), asksAfter: true);
            }
        }

        if (taken.Firmware is { } order)
        {
            _firmware.Take(order, stop);
        }
    }

    private void ReportFirmware()
    {
        DeviceConnection? connection;
        lock (_lock)
        {
            connection = _connection;
        }

        if (connection is not null) // else the next connection tells
        {
            _ = ReportAsync(connection, DevicePayloads.Reported(null, null, _firmware.Report, null), asksAfter: false);
        }
    }

    private void TakeCredential(ReadOnlySpan<byte> payload)
    {
        if (JsonSerializer.Deserialize(payload, ContractsJson.Default.CredentialMessage) is { CredentialId.Length: > 0, Secret.Length: > 0 } message)
        {
            CredentialOffered(message);
        }
    }

    private void TakeCommand(MqttApplicationMessage message, ReadOnlySpan<byte> payload)
    {
        var commandId = MqttTopics.CommandIdOf(message.Topic);
        var order = JsonSerializer.Deserialize(payload, ContractsJson.Default.CommandMessage) ?? throw new JsonException("Nothing.");
        RememberedCommand command;
        lock (_lock)
        {
            _commands ??= new CommandMemory();
            if (order.ExpiresAt < _fleet.Time.GetUtcNow().ToUnixTimeMilliseconds() && !_commands.Knows(commandId))
            {
                _fleet.Stats.NoteCommandTooLate();
                return; // nobody waits for it any more
            }

            command = _commands.Recall(commandId, out var isNew);
            command.ReplyTo = new ReplyAddress(message.ResponseTopic ?? MqttTopics.CommandResult(Id, commandId), message.CorrelationData);
            if (isNew)
            {
                _fleet.CommandLedger?.Executed(Id, Boot, commandId); // before it is executed: none may be that the ledger does not know
            }

            _fleet.Stats.NoteCommand(isNew);
            if (!isNew)
            {
                if (command.Answer is not null)
                {
                    _ = AnswerAsync(command);
                }

                return;
            }
        }

        _ = ExecuteAsync(command, CommandBook.Plan(order, new DeviceModel(_type, _firmware.Report.Version)));
    }

    private async Task ExecuteAsync(RememberedCommand command, CommandPlan plan)
    {
        if (plan.Takes is { } takes)
        {
            await PublishAsync(command.ReplyTo, DevicePayloads.Accepted());
            try
            {
                await Task.Delay(takes, _fleet.Time, _stop);
            }
            catch (OperationCanceledException)
            {
                return; // the device stops
            }
        }

        if (plan.IntervalSeconds is { } seconds && !TakeOn(seconds))
        {
            plan = new CommandPlan(DevicePayloads.FailedWith($"this device is silent"));
        }

        lock (_lock)
        {
            command.Answer = plan.Answer;
        }

        await AnswerAsync(command);
        if (plan.Reboots)
        {
            RebootWanted();
        }
    }

    private bool TakeOn(double seconds)
    {
        DeviceConnection? connection;
        lock (_lock)
        {
            if (!_desired.TrySet(seconds))
            {
                return false;
            }

            connection = _connection;
        }

        IntervalChanged();
        if (connection is not null)
        {
            _ = ReportAsync(connection, DevicePayloads.Reported(null, null, null, seconds), asksAfter: false);
        }

        return true;
    }

    private async Task AnswerAsync(RememberedCommand command)
    {
        if (await PublishAsync(command.ReplyTo, command.Answer!))
        {
            lock (_lock)
            {
                command.IsAcknowledged = true;
            }
        }
    }

    /// <summary>False: no connection, or it ended; the next one will do.</summary>
    private async Task<bool> PublishAsync(ReplyAddress address, byte[] payload)
    {
        DeviceConnection? connection;
        lock (_lock)
        {
            connection = _connection;
        }

        return connection is not null && await connection.TryPublishAsync(address.Topic, payload, address.Correlation);
    }

    private async Task ReportAsync(DeviceConnection connection, byte[] payload, bool asksAfter)
    {
        _fleet.Stats.NoteTwinReport();

        // A patch from a version that has passed is dropped, and nothing says so: the answer to the question shows whether desired is in step now.
        if (await connection.TryPublishAsync(MqttTopics.Reported(Id), payload, correlation: null) && asksAfter)
        {
            await connection.TryPublishAsync(MqttTopics.TwinGet(Id), [], correlation: null);
        }
    }

    private async Task ListenAsync(DeviceConnection connection)
    {
        if (await connection.TrySubscribeAsync([MqttTopics.Desired(Id), MqttTopics.Commands(Id), MqttTopics.Credentials(Id)]) is { } fault)
        {
            _fleet.Stats.NoteError(fault);
        }
    }
}
