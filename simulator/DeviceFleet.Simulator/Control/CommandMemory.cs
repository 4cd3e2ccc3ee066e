using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Simulator.Control;

/// <summary>
/// The last commands that a device was given, and what it answered: a command that comes again is not executed again, its answer is. Not thread-safe.
/// </summary>
internal sealed class CommandMemory
{
    /// <summary>How many are remembered. The service has at most <see cref="CommandLimits.OpenMax"/> open at once, and sends no other again.</summary>
    public const int CommandsMax = 1_000;

    private readonly Dictionary<string, RememberedCommand> _byId = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    /// <summary>Answers that nobody has acknowledged yet, oldest first.</summary>
    public IEnumerable<RememberedCommand> Unacknowledged =>
        _order.Select(id => _byId[id]).Where(command => command is { Answer: not null, IsAcknowledged: false });

    /// <summary>Whether a command came before.</summary>
    public bool Knows(string id) => _byId.ContainsKey(id);

    /// <summary>The command of an id; <paramref name="isNew"/> says that it was not known, and is now.</summary>
    public RememberedCommand Recall(string id, out bool isNew)
    {
        isNew = !_byId.TryGetValue(id, out var command);
        if (command is not null)
        {
            return command;
        }

        if (_order.Count == CommandsMax)
        {
            _byId.Remove(_order.Dequeue());
        }

        command = new RememberedCommand(id);
        _byId.Add(id, command);
        _order.Enqueue(id);
        return command;
    }
}

/// <summary>A command that a device was given.</summary>
internal sealed class RememberedCommand(string id)
{
    public string Id { get; } = id;

    /// <summary>Where the answer goes, and what goes with it; the newest delivery says so.</summary>
    public ReplyAddress ReplyTo { get; set; }

    /// <summary>The result as it is published; null: still at work.</summary>
    public byte[]? Answer { get; set; }

    /// <summary>Whether the broker has it.</summary>
    public bool IsAcknowledged { get; set; }
}

/// <summary>Where an answer goes.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Correlation">Correlation data that the command came with (MQTT 5, section 4.10); null: none.</param>
internal readonly record struct ReplyAddress(string Topic, byte[]? Correlation);
