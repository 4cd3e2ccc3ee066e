namespace EmbeddedDapr.Actors;

/// <summary>The last turns that were slow; the oldest go when there are too many. Thread safe.</summary>
internal sealed class SlowTurns(int kept)
{
    private readonly Queue<SlowTurn> _turns = new();

    public void Add(SlowTurn turn)
    {
        lock (_turns)
        {
            while (_turns.Count >= kept && _turns.TryDequeue(out _))
            {
            }

            if (kept > 0)
            {
                _turns.Enqueue(turn);
            }
        }
    }

    public IReadOnlyList<SlowTurn> All()
    {
        lock (_turns)
        {
            return [.. _turns];
        }
    }
}
