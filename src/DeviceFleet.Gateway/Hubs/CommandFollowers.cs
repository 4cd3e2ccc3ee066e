using DeviceFleet.Gateway.Commands;

namespace DeviceFleet.Gateway.Hubs;

/// <summary>Which connections sent which commands, until those end: they are told of them without watching the device. Thread-safe.</summary>
internal sealed class CommandFollowers
{
    /// <summary>Most commands that one connection follows; the one first sent goes first.</summary>
    public const int FollowedMax = 256;

    private readonly Lock _gate = new();
    private readonly Dictionary<CommandKey, HashSet<string>> _followers = [];
    private readonly Dictionary<string, LinkedList<CommandKey>> _followed = [];

    public void Follow(string connectionId, CommandKey command)
    {
        lock (_gate)
        {
            if (!_followers.TryGetValue(command, out var connections))
            {
                _followers[command] = connections = [];
            }

            if (!connections.Add(connectionId))
            {
                return;
            }

            if (!_followed.TryGetValue(connectionId, out var commands))
            {
                _followed[connectionId] = commands = new LinkedList<CommandKey>();
            }

            commands.AddLast(command);
            if (commands.Count > FollowedMax)
            {
                RemoveFollower_NeedsLock(commands.First!.Value, connectionId);
                commands.RemoveFirst();
            }
        }
    }

    /// <summary>Who follows; with the command's end they no longer do.</summary>
    public IReadOnlyList<string> Of(CommandKey command, bool hasEnded)
    {
        lock (_gate)
        {
            if (!_followers.TryGetValue(command, out var connections))
            {
                return [];
            }

            string[] all = [.. connections];
            if (hasEnded)
            {
                _followers.Remove(command);
                foreach (var connection in all)
                {
                    _followed[connection].Remove(command);
                }
            }

            return all;
        }
    }

    public void Forget(string connectionId)
    {
        lock (_gate)
        {
            if (_followed.Remove(connectionId, out var commands))
            {
                foreach (var command in commands)
                {
                    RemoveFollower_NeedsLock(command, connectionId);
                }
            }
        }
    }

    private void RemoveFollower_NeedsLock(CommandKey command, string connectionId)
    {
        if (_followers.TryGetValue(command, out var connections) && connections.Remove(connectionId) && connections.Count == 0)
        {
            _followers.Remove(command);
        }
    }
}
