using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Gateway.Commands;

/// <summary>
/// What events told of commands lately, for who waits for an end: an event may come before the answer of the turn that it follows from. A command only ever moves on, so
/// order and repetition do not matter. Reads no clock. Thread-safe.
/// </summary>
internal sealed class CommandBoard
{
    /// <summary>Commands remembered; the one first heard of goes first.</summary>
    public const int RememberedMax = 4_096;

    /// <summary>Most who wait at once; beyond it nobody more does.</summary>
    public const int WaitersMax = 1_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<CommandKey, DeviceCommand> _commands = [];
    private readonly Queue<CommandKey> _order = new();
    private readonly Dictionary<CommandKey, List<CommandWait>> _waits = [];
    private int _waiters;

    /// <summary>Takes what an event told; false when it is nothing new.</summary>
    public bool Take(DeviceCommand command)
    {
        List<CommandWait>? ended = null;
        lock (_gate)
        {
            var key = CommandKey.Of(command);
            if (!_commands.TryGetValue(key, out var known))
            {
                _order.Enqueue(key);
                if (_order.Count > RememberedMax)
                {
                    _commands.Remove(_order.Dequeue());
                }
            }
            else if (!IsNewer(command, known))
            {
                return false;
            }

            _commands[key] = command;
            if (command.HasEnded() && _waits.TryGetValue(key, out var waits))
            {
                ended = [.. waits];
            }
        }

        foreach (var wait in ended ?? [])
        {
            wait.End(command);
        }

        return true;
    }

    /// <summary>The newer of what an actor told and what is remembered.</summary>
    public DeviceCommand Newest(DeviceCommand told)
    {
        lock (_gate)
        {
            return _commands.TryGetValue(CommandKey.Of(told), out var known) && IsNewer(known, told) ? known : told;
        }
    }

    /// <summary>Begins to wait for a command's end; null when <see cref="WaitersMax"/> do.</summary>
    public CommandWait? Begin(DeviceCommand command)
    {
        lock (_gate)
        {
            if (_waiters == WaitersMax)
            {
                return null;
            }

            _waiters++;
            var key = CommandKey.Of(command);
            var wait = new CommandWait(this, key);
            if (!_waits.TryGetValue(key, out var waits))
            {
                _waits[key] = waits = [];
            }

            waits.Add(wait);
            if (_commands.TryGetValue(key, out var known) && known.HasEnded())
            {
                wait.End(known);
            }

            return wait;
        }
    }

    internal void Leave(CommandWait wait)
    {
        lock (_gate)
        {
            if (_waits.TryGetValue(wait.Key, out var waits) && waits.Remove(wait))
            {
                _waiters--;
                if (waits.Count == 0)
                {
                    _waits.Remove(wait.Key);
                }
            }
        }
    }

    private static bool IsNewer(DeviceCommand a, DeviceCommand b) => (a.State, a.Deliveries).CompareTo((b.State, b.Deliveries)) > 0;
}

/// <summary>Which command.</summary>
internal readonly record struct CommandKey(DeviceId DeviceId, string Id)
{
    public static CommandKey Of(DeviceCommand command) => new(command.DeviceId, command.Id);
}

/// <summary>Somebody who waits for a command's end; leaves the board when disposed.</summary>
internal sealed class CommandWait(CommandBoard board, CommandKey key) : IDisposable
{
    private readonly TaskCompletionSource<DeviceCommand> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public CommandKey Key => key;

    /// <summary>The command when it has ended.</summary>
    public Task<DeviceCommand> Ended => _ended.Task;

    public void End(DeviceCommand command) => _ended.TrySetResult(command);

    public void Dispose() => board.Leave(this);
}

internal static class CommandStates
{
    /// <summary>Whether nothing more becomes of it.</summary>
    public static bool HasEnded(this DeviceCommand command) => command.State >= CommandState.Succeeded;
}
