using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Devices.Commands;
using DeviceFleet.Devices.Documents;
using DeviceFleet.Devices.Liveness;

namespace DeviceFleet.Devices.Actors;

/// <summary>
/// Commands: saved as queued, then sent, then noted as delivered. A crash in between leaves a command queued that the device may have; it is sent again, under the same id,
/// and its answer counts whether or not the delivery was noted.
/// </summary>
internal sealed partial class DeviceActor
{
    public async Task<ChangeReply<DeviceCommand>> SendCommand(CommandRequest request)
    {
        var turn = await BeginAsync(request.At);
        if (turn.Device.RemovedAt is not null)
        {
            return OfGone<DeviceCommand>() with { Reason = null };
        }

        var (book, ended) = await CommandsAsync(turn);
        var (next, result) = turn.Device.Outbox.Count < Outbox.CommandsStopAt
            ? book.Send(turn.Device.DeviceId, request)
            : (book, new CommandResult(ChangeOutcome.Full, null, "Events of earlier changes have not been published yet."));
        Keep(turn, next, [.. ended, .. Changed(result)]);
        if (result.Outcome == ChangeOutcome.Applied)
        {
            await CatchUpAsync(turn);
        }

        return await EndAsync(turn, result);
    }

    public async Task<ChangeReply<DeviceCommand>> AnswerCommand(CommandAnswer answer)
    {
        var turn = await BeginAsync(answer.ReceivedAt);
        if (turn.Device.RemovedAt is not null)
        {
            return OfGone<DeviceCommand>();
        }

        var (book, ended) = await CommandsAsync(turn);
        var (next, result) = book.Answer(answer, turn.Now);
        if (result.Reason is { } reason)
        {
            turn.Device = turn.Device.NoteRejected(new RejectionNote(reason, turn.Now));
        }
        else
        {
            Hear(turn);
        }

        Keep(turn, next, [.. ended, .. Changed(result)]);
        if (turn.CameOnline)
        {
            await ReconnectAsync(turn);
        }

        return await EndAsync(turn, result);
    }

    public async Task<ChangeReply<DeviceCommand>> CancelCommand(CommandCancel cancel)
    {
        var turn = await BeginAsync(cancel.At);
        var (book, ended) = await CommandsAsync(turn);
        var (next, result) = book.Cancel(cancel);
        Keep(turn, next, [.. ended, .. Changed(result)]);
        return await EndAsync(turn, result);
    }

    public async Task<CommandList> GetCommands() => (await (await BeginAsync(Now())).PartAsync(DeviceTurn.CommandsKey, CommandBook.Empty)).ToList();

    /// <summary>The commands, without what was due before this turn, for nothing may happen to a command after its time; and what was.</summary>
    private static async ValueTask<(CommandBook Book, IReadOnlyList<DeviceCommand> Ended)> CommandsAsync(DeviceTurn turn) =>
        (await turn.PartAsync(DeviceTurn.CommandsKey, CommandBook.Empty)).Expire(turn.Now);

    private static IEnumerable<DeviceCommand> Changed(CommandResult result) => result is { Outcome: ChangeOutcome.Applied, Command: { } command } ? [command] : [];

    private static async Task ExpireCommandsAsync(DeviceTurn turn)
    {
        if (turn.Device.Commands.NextDue <= turn.Now)
        {
            var (book, ended) = await CommandsAsync(turn);
            Keep(turn, book, ended);
        }
    }

    private static async Task RepeatCommandsAsync(DeviceTurn turn)
    {
        if (turn.Device.Commands.Open > 0)
        {
            var (book, ended) = await CommandsAsync(turn);
            Keep(turn, book.Reconnect(), ended);
        }
    }

    private static async Task DeliverCommandsAsync(DeviceTurn turn)
    {
        await ExpireCommandsAsync(turn);
        if (!turn.Device.IsConnected || turn.Device.Commands.Undelivered == 0)
        {
            return;
        }

        foreach (var command in (await turn.PartAsync(DeviceTurn.CommandsKey, CommandBook.Empty)).Undelivered)
        {
            var message = new CommandMessage { Name = command.Name, Args = command.Args, ExpiresAt = CommandBook.DeadlineOf(command, turn.Now) };
            turn.Downward.Add(new DownwardMessage(
                MqttTopics.Command(turn.Device.DeviceId, command.Id), CompactJson.Payload(message), Retain: false, () => NoteDelivered(turn, command.Id)));
        }
    }

    private static void NoteDelivered(DeviceTurn turn, string id)
    {
        var (book, command) = turn.Known<CommandBook>(DeviceTurn.CommandsKey).Deliver(id, turn.Now);
        Keep(turn, book, [command]);
    }

    /// <summary>Puts the book, if it is another, into the turn, and tells of what changed in it.</summary>
    private static void Keep(DeviceTurn turn, CommandBook book, IReadOnlyList<DeviceCommand> changed)
    {
        if (ReferenceEquals(book, turn.Known<CommandBook>(DeviceTurn.CommandsKey)))
        {
            return;
        }

        turn.Put(DeviceTurn.CommandsKey, book);
        turn.Touch();
        turn.Device = turn.Device with { Commands = book.ToDigest() };
        foreach (var command in changed)
        {
            turn.Tell(new OutboxItem { Command = new CommandEvent { Command = command, At = turn.Now, View = turn.Device.ToView() } });
        }
    }

    private async Task<ChangeReply<DeviceCommand>> EndAsync(DeviceTurn turn, CommandResult result)
    {
        await CommitAsync(turn);
        var command = result.Command is { } known ? turn.Known<CommandBook>(DeviceTurn.CommandsKey).Find(known.Id) ?? known : null;
        return new ChangeReply<DeviceCommand> { Outcome = result.Outcome, Value = command, Detail = result.Detail, Reason = result.Reason };
    }
}
