namespace DeviceFleet.Workflows.Replay;

/// <summary>
/// The one thread a turn runs on. It has no synchronisation context: continuations of the context's tasks, with or without <c>ConfigureAwait(false)</c>, then
/// run at once on the thread that applies the event, in the order of history. A context of our own would send those that skip it to the thread pool.
/// Code that comes from any other thread was woken by something outside of history, and is refused.
/// </summary>
internal sealed class TurnThread
{
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private volatile bool _over;
    private volatile bool _strayed;

    /// <summary>Whether user code has come from elsewhere.</summary>
    public bool HasStrayed => _strayed;

    /// <summary>The turn has been answered: whatever still runs must not change it.</summary>
    public void End() => _over = true;

    /// <summary>Whether the caller runs on this turn's thread, within the turn. Remembers if not.</summary>
    public bool IsHere()
    {
        if (!_over && Environment.CurrentManagedThreadId == _thread)
        {
            return true;
        }

        _strayed = true;
        return false;
    }

    /// <exception cref="InvalidOperationException">The caller comes from elsewhere.</exception>
    public void Demand()
    {
        if (!IsHere())
        {
            throw new InvalidOperationException(
                "The workflow's context was used outside of its turn: the code has awaited something that is not a task of its context (Task.Run, Task.Delay, Task.Yield, I/O).");
        }
    }
}
