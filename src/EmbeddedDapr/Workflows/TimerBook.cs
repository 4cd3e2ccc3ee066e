using EmbeddedDapr.Workflows.Storage;

namespace EmbeddedDapr.Workflows;

/// <summary>
/// Stored timers whose time is near, in memory; the others are read when theirs comes. A timer may be here twice, or no longer be wanted: whoever fires it looks. Thread safe.
/// </summary>
internal sealed class TimerBook : IDisposable
{
    private readonly WorkflowEngine _engine;
    private readonly DueQueue<TimerRow> _due;
    private readonly Lock _gate = new();
    private DateTimeOffset _horizon = DateTimeOffset.MinValue;

    public TimerBook(WorkflowEngine engine)
    {
        _engine = engine;
        _due = new DueQueue<TimerRow>(engine.Time, WorkQueue.ThreadPool, static _ => true, Due);
    }

    /// <summary>Timers in memory.</summary>
    public int Count => _due.Count;

    /// <summary>Takes note of a timer that has been stored.</summary>
    public void Add(TimerRow timer)
    {
        lock (_gate)
        {
            if (timer.DueAt >= _horizon)
            {
                return; // read when the horizon gets there
            }

            if (_due.Count >= _engine.Options.TimersInMemoryMax && timer.DueAt > _engine.Time.GetUtcNow())
            {
                SetHorizon_NeedsLock(timer.DueAt);
                return;
            }
        }

        _due.Add(timer, timer.DueAt);
    }

    /// <summary>Reads what is due until the next horizon.</summary>
    public async Task FillAsync(CancellationToken cancellationToken)
    {
        var limit = _engine.Options.TimersInMemoryMax;
        DateTimeOffset from;
        DateTimeOffset until;
        lock (_gate)
        {
            from = _horizon;
            var now = _engine.Time.GetUtcNow();
            until = _engine.Options.TimerHorizon > DateTimeOffset.MaxValue - now ? DateTimeOffset.MaxValue : now + _engine.Options.TimerHorizon;

            // From now on new timers up to there come by themselves; those stored before are read below.
            _horizon = until;
        }

        var rows = await _engine.Store.DueAsync(from, until, limit, cancellationToken);
        lock (_gate)
        {
            if (rows.Count == limit && rows[^1].DueAt < _horizon)
            {
                until = rows[^1].DueAt;
            }

            SetHorizon_NeedsLock(until < _horizon ? until : _horizon);
        }

        foreach (var row in rows)
        {
            _due.Add(row, row.DueAt);
        }
    }

    public void Dispose() => _due.Dispose();

    private void SetHorizon_NeedsLock(DateTimeOffset horizon)
    {
        _horizon = horizon;
        if (horizon < DateTimeOffset.MaxValue)
        {
            _due.Add(default, horizon); // the sign to read on
        }
    }

    private void Due(IReadOnlyList<TimerRow> due) => _engine.Run(async () =>
    {
        var reads = false;
        foreach (var timer in due)
        {
            if (timer.Key == 0)
            {
                reads |= timer == default;
            }
            else
            {
                await FireAsync(timer);
            }
        }

        if (reads && !_engine.IsStopped)
        {
            await FillAsync(_engine.Stopping);
        }
    });

    private async Task FireAsync(TimerRow timer)
    {
        try
        {
            await _engine.FireAsync(timer);
        }
        catch (Exception) when (!_engine.IsStopped)
        {
            _engine.Later(() => _due.Add(timer, timer.DueAt), failures: 3);
        }
    }
}
