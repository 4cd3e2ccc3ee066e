namespace EmbeddedDapr.Tests.Actors.Interleaving;

/// <summary>
/// Runs everything on the caller's thread, one continuation at a time, in an order that a seed decides. As long as the code under test awaits in this context and starts its
/// work through <see cref="Work"/>, the same seed gives the same run.
/// </summary>
internal sealed class SeededScheduler : SynchronizationContext
{
    private readonly List<(SendOrPostCallback Run, object? State)> _ready = [];

    public SeededScheduler(int seed)
    {
        Random = new Random(seed);
        Work = new Queue(this);
    }

    public Random Random { get; }

    public WorkQueue Work { get; }

    public override void Post(SendOrPostCallback d, object? state)
    {
        lock (_ready)
        {
            _ready.Add((d, state));
        }
    }

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("Nothing here may block.");

    /// <summary>Runs one thing that is ready; false: there is none, so that nothing happens until time moves on.</summary>
    public bool RunOne()
    {
        (SendOrPostCallback Run, object? State) next;
        lock (_ready)
        {
            if (_ready.Count == 0)
            {
                return false;
            }

            var index = Random.Next(_ready.Count);
            next = _ready[index];
            _ready[index] = _ready[^1];
            _ready.RemoveAt(_ready.Count - 1);
        }

        next.Run(next.State);
        return true;
    }

    private sealed class Queue(SeededScheduler scheduler) : WorkQueue
    {
        public override void Start<TState>(Action<TState> work, TState state) => scheduler.Post(_ => work(state), null);
    }
}
