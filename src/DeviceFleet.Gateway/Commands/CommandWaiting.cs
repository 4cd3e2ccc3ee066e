using DeviceFleet.Contracts.Devices;
using DeviceFleet.Gateway.Actors;

namespace DeviceFleet.Gateway.Commands;

/// <summary>Waits for a command's end: by its event, and by asking the actor now and then, should the event not come.</summary>
internal sealed class CommandWaiting(CommandBoard board, DeviceActors actors, TimeProvider time)
{
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(2);

    /// <summary>The command as it is when it has ended, or when <paramref name="patience"/> is over.</summary>
    public async Task<DeviceCommand> WaitAsync(DeviceCommand command, TimeSpan patience, CancellationToken cancellationToken)
    {
        command = board.Newest(command);
        if (command.HasEnded() || patience <= TimeSpan.Zero)
        {
            return command;
        }

        using var wait = board.Begin(command);
        if (wait is null)
        {
            return command;
        }

        var start = time.GetTimestamp();
        for (var left = patience; left > TimeSpan.Zero; left = patience - time.GetElapsedTime(start))
        {
            try
            {
                return await wait.Ended.WaitAsync(left < AskEvery ? left : AskEvery, time, cancellationToken);
            }
            catch (TimeoutException)
            {
                command = await AskAsync(command, cancellationToken);
                if (command.HasEnded())
                {
                    return command;
                }
            }
        }

        return command;
    }

    private async Task<DeviceCommand> AskAsync(DeviceCommand command, CancellationToken cancellationToken)
    {
        try
        {
            var all = await actors.GetCommandsAsync(command.DeviceId, cancellationToken);
            return all.Commands.FirstOrDefault(other => other.Id == command.Id) ?? command;
        }
        catch (Exception exception) when (ActorFaults.IsUnreachable(exception, cancellationToken))
        {
            // The command is on disk and its event may still come: that its actor does not answer now is no failure of the command.
            return command;
        }
    }
}
