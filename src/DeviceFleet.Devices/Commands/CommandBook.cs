using System.Text.Json;
using System.Text.Json.Serialization;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Devices.Actors;

namespace DeviceFleet.Devices.Commands;

/// <summary>What became of something done to a command.</summary>
/// <param name="Outcome">The outcome; only <see cref="ChangeOutcome.Applied"/> changed anything.</param>
/// <param name="Command">The command after it; null: there is none.</param>
/// <param name="Detail">What was wrong, for a person; null: nothing.</param>
/// <param name="Reason">One of <see cref="RejectionReasons"/> where a device's answer was refused; else null.</param>
internal sealed record CommandResult(ChangeOutcome Outcome, DeviceCommand? Command, string? Detail = null, string? Reason = null);

/// <summary>
/// The commands of one device: all that have not ended, and the last that did. States only move forward. Whoever works with it lets what is due expire first
/// (<see cref="Expire"/>), so that what happens to a command does not depend on when a reminder came. Immutable; reads no clock and does no I/O.
/// </summary>
internal sealed record CommandBook
{
    /// <summary>Number of the newest command; 0: there was none.</summary>
    public long LastNumber { get; init; }

    /// <summary>Not ended, by number.</summary>
    public IReadOnlyList<DeviceCommand> Open { get; init; } = [];

    /// <summary>Ended, the last to end last.</summary>
    public IReadOnlyList<DeviceCommand> Ended { get; init; } = [];

    /// <summary>Ids of delivered commands that have to be delivered again.</summary>
    public IReadOnlyList<string> Again { get; init; } = [];

    public static CommandBook Empty { get; } = new();

    /// <summary>What has to be handed to the broker for a connected device, in this order.</summary>
    [JsonIgnore]
    public IEnumerable<DeviceCommand> Undelivered => Open.Where(command => command.State == CommandState.Queued || Again.Contains(command.Id));

    /// <summary>When the next command expires or times out, Unix milliseconds UTC; null: none is open.</summary>
    [JsonIgnore]
    public long? NextDue => Open.Count == 0 ? null : Open.Min(DueOf);

    public DeviceCommand? Find(string id) => Open.Concat(Ended).FirstOrDefault(command => command.Id == id);

    /// <summary>Newest first.</summary>
    public CommandList ToList() => new([.. Open.Concat(Ended).OrderByDescending(command => command.Number)]);

    public CommandDigest ToDigest() => new(Open.Count, Undelivered.Count(), NextDue);

    /// <summary>Queues a command. One with a key that is known and the same content is answered with the command that is there.</summary>
    public (CommandBook Next, CommandResult Result) Send(DeviceId device, CommandRequest request)
    {
        if (CommandBounds.FaultsOf(request) is { Count: > 0 } faults)
        {
            return (this, new CommandResult(ChangeOutcome.Invalid, null, string.Join(" ", faults)));
        }

        if (request.Key is { } key && Open.Concat(Ended).FirstOrDefault(command => command.Key == key) is { } first)
        {
            return (this, first.Name == request.Name && Same(first.Args, request.Args)
                ? new CommandResult(ChangeOutcome.Unchanged, first)
                : new CommandResult(ChangeOutcome.Conflict, first, $"Key '{key}' was used for another command."));
        }

        if (Open.Count >= CommandLimits.OpenMax || Open.Sum(CommandBounds.BytesOf) + CommandBounds.BytesOf(request.Args) > CommandLimits.OpenBytesMax)
        {
            var most = $"at most {CommandLimits.OpenMax} with {CommandLimits.OpenBytesMax} bytes of arguments may be";
            return (this, new CommandResult(ChangeOutcome.Full, null, $"{Open.Count} commands have not ended; {most}."));
        }

        var number = LastNumber + 1;
        var command = new DeviceCommand
        {
            DeviceId = device,
            Id = $"{request.At:x}-{number}",
            Number = number,
            Name = request.Name,
            Args = request.Args,
            Key = request.Key,
            State = CommandState.Queued,
            By = request.By,
            CreatedAt = request.At,
            ExpiresAt = request.At + (request.ExpiresInMs ?? (long)CommandLimits.ExpiresInDefault.TotalMilliseconds),
            TimeoutMs = request.TimeoutMs ?? (long)CommandLimits.TimeoutDefault.TotalMilliseconds,
        };
        return (this with { LastNumber = number, Open = [.. Open, command] }, new CommandResult(ChangeOutcome.Applied, command));
    }

    /// <summary>It was handed to the broker. The time to answer runs from the first delivery.</summary>
    /// <exception cref="ArgumentException">No open command has this id.</exception>
    public (CommandBook Next, DeviceCommand Command) Deliver(string id, long now)
    {
        var old = Open.FirstOrDefault(command => command.Id == id) ?? throw new ArgumentException("No such open command.", nameof(id));
        var command = old with
        {
            State = old.State == CommandState.Queued ? CommandState.Delivered : old.State,
            DeliveredAt = old.DeliveredAt ?? now,
            Deliveries = old.Deliveries + 1,
        };
        return (Replace(command) with { Again = [.. Again.Where(other => other != id)] }, command);
    }

    /// <summary>
    /// The device is connected anew: what it was sent before and did not answer is delivered again, for it may not have arrived. What it acknowledged has arrived.
    /// </summary>
    public CommandBook Reconnect()
    {
        string[] again = [.. Open.Where(command => command.State == CommandState.Delivered).Select(command => command.Id)];
        return again.SequenceEqual(Again) ? this : this with { Again = again };
    }

    /// <summary>Takes the device's answer. It may come before the delivery is noted, and more than once: MQTT at QoS 1 repeats and a binding may reorder.</summary>
    public (CommandBook Next, CommandResult Result) Answer(CommandAnswer answer, long now)
    {
        if (answer.Ok is null && answer.Accepted is not true)
        {
            return (this, new CommandResult(ChangeOutcome.Invalid, Find(answer.CommandId), "Neither accepted nor a result.", RejectionReasons.Malformed));
        }

        if (Open.FirstOrDefault(command => command.Id == answer.CommandId) is not { } open)
        {
            return (this, AnswerEnded(Ended.FirstOrDefault(command => command.Id == answer.CommandId), answer));
        }

        if (answer.Ok is null && open.State == CommandState.Acknowledged)
        {
            return (this, new CommandResult(ChangeOutcome.Unchanged, open));
        }

        var heard = open with { DeliveredAt = open.DeliveredAt ?? now, Deliveries = Math.Max(1, open.Deliveries) };
        var command = answer.Ok is null ? heard with { State = CommandState.Acknowledged, AcknowledgedAt = now } : EndOf(heard, answer, now);
        var next = answer.Ok is null ? Replace(command) : End(command);
        return (next with { Again = [.. Again.Where(id => id != command.Id)] }, new CommandResult(ChangeOutcome.Applied, command));
    }

    /// <summary>Takes a command back that was not delivered yet.</summary>
    public (CommandBook Next, CommandResult Result) Cancel(CommandCancel cancel)
    {
        switch (Find(cancel.CommandId))
        {
            case null:
                return (this, new CommandResult(ChangeOutcome.NotFound, null, "No such command."));
            case { State: CommandState.Cancelled } cancelled:
                return (this, new CommandResult(ChangeOutcome.Unchanged, cancelled));
            case { State: CommandState.Queued } queued:
                var command = queued with { State = CommandState.Cancelled, EndedAt = cancel.At, Error = $"Cancelled by {cancel.By}." };
                return (End(command), new CommandResult(ChangeOutcome.Applied, command));
            case var other:
                return (this, new CommandResult(ChangeOutcome.Conflict, other, "It was delivered already."));
        }
    }

    /// <summary>Ends what was not delivered, or not answered, in time; those that ended, by number.</summary>
    public (CommandBook Next, IReadOnlyList<DeviceCommand> Ended) Expire(long now)
    {
        if (NextDue is not { } due || due > now)
        {
            return (this, []);
        }

        var next = this;
        var ended = new List<DeviceCommand>();
        foreach (var command in Open.Where(command => DueOf(command) <= now))
        {
            var error = command.State == CommandState.Queued ? "Not delivered in time." : "Not answered in time.";
            ended.Add(command with { State = CommandState.Expired, EndedAt = now, Error = error });
            next = next.End(ended[^1]);
        }

        return (next, ended);
    }

    /// <summary>Takes back whatever has not ended, delivered or not, since its device goes; those that ended, by number.</summary>
    public (CommandBook Next, IReadOnlyList<DeviceCommand> Ended) CancelAll(string by, long now)
    {
        DeviceCommand[] ended = [.. Open.Select(command => command with { State = CommandState.Cancelled, EndedAt = now, Error = $"Cancelled by {by}: the device goes." })];
        return (ended.Aggregate(this, (book, command) => book.End(command)), ended);
    }

    /// <summary>When nobody waits for an answer any more to a command that is delivered now, or was before; Unix milliseconds UTC.</summary>
    public static long DeadlineOf(DeviceCommand command, long now) => (command.DeliveredAt ?? now) + command.TimeoutMs;

    private static long DueOf(DeviceCommand command) => command.DeliveredAt is { } delivered ? delivered + command.TimeoutMs : command.ExpiresAt;

    private static DeviceCommand EndOf(DeviceCommand command, CommandAnswer answer, long now) => command with
    {
        State = answer.Ok == true ? CommandState.Succeeded : CommandState.Failed,
        EndedAt = now,
        Result = answer.Result,
        Error = answer is { Ok: false, Error: { } error } ? error[..Math.Min(error.Length, CommandLimits.ErrorLengthMax)] : null,
    };

    private static CommandResult AnswerEnded(DeviceCommand? ended, CommandAnswer answer)
    {
        if (ended is null)
        {
            return new CommandResult(ChangeOutcome.NotFound, null, "No such command.", RejectionReasons.NoSuchCommand);
        }

        var isAnswered = ended.State is CommandState.Succeeded or CommandState.Failed;
        var again = EndOf(ended, answer, ended.EndedAt ?? 0);
        var isRepetition = isAnswered && (answer.Ok is null || (again.State == ended.State && again.Error == ended.Error && Same(again.Result, ended.Result)));
        return isRepetition
            ? new CommandResult(ChangeOutcome.Unchanged, ended)
            : new CommandResult(ChangeOutcome.Conflict, ended, "It has ended already.", RejectionReasons.NoSuchCommand);
    }

    private static bool Same(JsonElement? one, JsonElement? other) =>
        one is { } left && other is { } right ? JsonElement.DeepEquals(left, right) : one is null && other is null;

    private CommandBook Replace(DeviceCommand command) => this with { Open = [.. Open.Select(other => other.Id == command.Id ? command : other)] };

    private CommandBook End(DeviceCommand command) => this with
    {
        Open = [.. Open.Where(other => other.Id != command.Id)],
        Ended = CommandBounds.Newest([.. Ended, command]),
        Again = [.. Again.Where(id => id != command.Id)],
    };
}
