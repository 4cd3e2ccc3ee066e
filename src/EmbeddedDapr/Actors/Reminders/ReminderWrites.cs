namespace EmbeddedDapr.Actors;

/// <summary>
/// Registrations and deletions that are under way. Those of one reminder go one after another, in the order in which they came, so that memory and store agree on the last.
/// Its owner locks.
/// </summary>
internal sealed class ReminderWrites
{
    private readonly Dictionary<ReminderKey, Line> _lines = [];

    /// <summary>Whether a page must leave this reminder out, since a write will say what is true of it. Remembered until that write ends.</summary>
    public bool LeavesOut(ReminderKey key)
    {
        if (!_lines.TryGetValue(key, out var line))
        {
            return false;
        }

        line.WasLeftOut = true;
        return true;
    }

    /// <summary>Takes a place in the line; the write may begin once <paramref name="before"/> has completed.</summary>
    public TaskCompletionSource Begin(ReminderKey key, out Task before)
    {
        if (!_lines.TryGetValue(key, out var line))
        {
            _lines.Add(key, line = new Line());
        }

        before = line.Last?.Task ?? Task.CompletedTask;
        return line.Last = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>The write has ended. True: a page left the reminder out meanwhile.</summary>
    public bool End(ReminderKey key, TaskCompletionSource write)
    {
        var line = _lines[key];
        var wasLeftOut = line.WasLeftOut;
        line.WasLeftOut = false;
        if (line.Last == write)
        {
            _lines.Remove(key);
        }

        write.SetResult();
        return wasLeftOut;
    }

    private sealed class Line
    {
        public TaskCompletionSource? Last { get; set; }

        public bool WasLeftOut { get; set; }
    }
}
