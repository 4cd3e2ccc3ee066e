namespace EmbeddedDapr;

/// <summary>
/// Where work starts that nobody waits for. It is the thread pool; tests put a queue of their own in its place, so that an interleaving can be replayed from its seed. Thread
/// safe.
/// </summary>
internal abstract class WorkQueue
{
    /// <summary>The thread pool.</summary>
    public static WorkQueue ThreadPool { get; } = new Pool();

    /// <summary>Runs <paramref name="work"/> soon, and never before this returns.</summary>
    public abstract void Start<TState>(Action<TState> work, TState state);

    private sealed class Pool : WorkQueue
    {
        public override void Start<TState>(Action<TState> work, TState state) => System.Threading.ThreadPool.UnsafeQueueUserWorkItem(work, state, preferLocal: false);
    }
}
