namespace EmbeddedDapr.Components.Sqlite.PubSub;

/// <summary>
/// What a consumer has taken and not passed yet. Messages are settled in any order; the position follows only as far as everything before it is settled, so
/// that a restart from the position never loses one. Not thread safe; knows no clock and no database.
/// </summary>
/// <param name="position">Everything up to it is settled.</param>
/// <param name="unsettledMax">Most messages that are taken and not settled.</param>
/// <param name="trackedMax">Most messages behind the position in all, the settled ones behind an unsettled one included: what a crash delivers again.</param>
internal sealed class ConsumerWindow(long position, int unsettledMax, int trackedMax)
{
    private readonly Queue<long> _tracked = new();
    private readonly HashSet<long> _settled = [];

    /// <summary>Every message up to this one is settled.</summary>
    public long Position { get; private set; } = position;

    /// <summary>The last message taken, or the position.</summary>
    public long Last { get; private set; } = position;

    /// <summary>Taken and not settled.</summary>
    public int Unsettled => _tracked.Count - _settled.Count;

    /// <summary>How many more may be taken.</summary>
    public int Room => Math.Max(0, Math.Min(unsettledMax - Unsettled, trackedMax - _tracked.Count));

    /// <summary>Takes a message; ids rise.</summary>
    public void Take(long id)
    {
        if (id <= Last)
        {
            throw new ArgumentOutOfRangeException(nameof(id), id, $"not after {Last}");
        }

        Last = id;
        _tracked.Enqueue(id);
    }

    /// <summary>Settles a taken message; whether the position moved.</summary>
    public bool Settle(long id)
    {
        if (_tracked.TryPeek(out var first) && first != id)
        {
            _settled.Add(id);
            return false;
        }

        Position = _tracked.Dequeue();
        while (_tracked.TryPeek(out var next) && _settled.Remove(next))
        {
            Position = _tracked.Dequeue();
        }

        return true;
    }
}
