using EmbeddedDapr.Runtime;
using Microsoft.Extensions.Logging;

namespace EmbeddedDapr.Actors;

/// <summary>
/// Reminders of the types that one app hosts. They lie in the store; a near window of them is in memory (<see cref="ReminderWindow"/>), so a million pending ones cost little.
/// A tick is: take the actor's turn, call the app, then write what follows from the answer. A crash in between repeats the tick; nothing is ever early.
/// </summary>
internal sealed partial class ReminderScheduler : IAsyncDisposable
{
    private static readonly TimeSpan PageRetryPause = TimeSpan.FromSeconds(1);
    private readonly Lock _gate = new();
    private readonly Queue<PendingReminder> _ready = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ActorRuntime _runtime;
    private readonly IReminderStore? _store;
    private readonly ReminderWindow _window;
    private readonly DueQueue<PendingReminder> _due;
    private readonly DueQueue<object> _pages;
    private readonly ILogger _logger;
    private readonly Action _onDropped;
    private IReadOnlyList<string> _types = [];
    private long _version;
    private int _working;
    private bool _stopped;

    public ReminderScheduler(ActorRuntime runtime, Sidecar sidecar, IReminderStore? store)
    {
        _runtime = runtime;
        _store = store;
        _logger = sidecar.Loggers.CreateLogger<ReminderScheduler>();
        _window = new ReminderWindow(runtime.Options.ReminderWindowMax);
        _due = new DueQueue<PendingReminder>(runtime.Time, runtime.Work, static reminder => reminder.State == PendingState.Waiting, OnDue);
        _pages = new DueQueue<object>(runtime.Time, runtime.Work, static _ => true, _ => Pump());
        _onDropped = _due.NoteDead;
        _version = runtime.Time.GetUtcNow().UtcTicks;
    }

    /// <summary>Reminders in memory, for tests.</summary>
    internal int InMemory
    {
        get
        {
            lock (_gate)
            {
                return _window.Count;
            }
        }
    }

    /// <summary>Of those the ones that wait for their time, for tests.</summary>
    internal int Waiting => _due.Count;

    /// <summary>Starts firing reminders of these types, besides those started earlier.</summary>
    public void Start(IReadOnlyList<string> types)
    {
        if (_store is null || types.Count == 0)
        {
            return;
        }

        lock (_gate)
        {
            _types = [.. _types, .. types];
            _window.Invalidate();
        }

        Pump();
    }

    /// <summary>Stops firing reminders of these types. They stay in the store; a callback under way is left to its end.</summary>
    public void Stop(IReadOnlyList<string> types)
    {
        if (types.Count == 0)
        {
            return;
        }

        lock (_gate)
        {
            _types = [.. _types.Except(types, StringComparer.Ordinal)];
            _window.Forget(types, _onDropped);
        }
    }

    /// <summary>Stops firing; callbacks under way are cancelled, which leaves their ticks to be repeated.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_stopped)
            {
                return;
            }

            _stopped = true;
            if (_working == 0)
            {
                _idle.TrySetResult();
            }
        }

        _due.Dispose();
        _pages.Dispose();
        await _stopping.CancelAsync();
        await _idle.Task;
        _stopping.Dispose();
    }

    /// <summary>For messages of tests that waited in vain.</summary>
    public override string ToString()
    {
        lock (_gate)
        {
            return $"{_window}; {_ready.Count} queued, {_working} at work, {_due.Count} armed, {_pages.Count} page timers, now {_runtime.Time.GetUtcNow():O}";
        }
    }

    private void OnDue(IReadOnlyList<PendingReminder> due)
    {
        lock (_gate)
        {
            foreach (var reminder in due)
            {
                if (_window.TryMakeReady(reminder))
                {
                    _ready.Enqueue(reminder);
                }
            }
        }

        Pump();
    }

    /// <summary>Starts what can be started now: callbacks while there are slots, the next page while there is room.</summary>
    private void Pump()
    {
        lock (_gate)
        {
            if (_stopped)
            {
                return;
            }

            if (_types.Count > 0 && _window.WantsPage(_runtime.Time.GetUtcNow()))
            {
                _window.BeginPage();
                _working++;
                _runtime.Work.Start(static self => _ = self.ReadPageAsync(), this);
            }

            for (var missing = Math.Min(_ready.Count, _runtime.Options.ReminderConcurrencyMax - _working); missing > 0; missing--)
            {
                _working++;
                _runtime.Work.Start(static self => _ = self.WorkAsync(), this);
            }
        }
    }

    private async Task ReadPageAsync()
    {
        // The next page comes well before this window ends, so that what is due right behind it is not late.
        var now = _runtime.Time.GetUtcNow();
        var (horizon, readAgainAt) = (now + _runtime.Options.ReminderWindow, now + (_runtime.Options.ReminderWindow / 2));
        try
        {
            var page = await _store!.DueAsync(_types, horizon, _runtime.Options.ReminderWindowMax, _stopping.Token);
            lock (_gate)
            {
                foreach (var reminder in _window.EndPage(page, horizon, readAgainAt, _writes.LeavesOut, _onDropped))
                {
                    Schedule_NeedsLock(reminder);
                }

                if (!_window.IsCut)
                {
                    _pages.Add(this, readAgainAt);
                }
            }
        }
        catch (Exception exception)
        {
            var retryAt = _runtime.Time.GetUtcNow() + PageRetryPause;
            lock (_gate)
            {
                _window.AbandonPage(retryAt);
            }

            if (!_stopping.IsCancellationRequested)
            {
                Log.PageFailed(_logger, exception);
                _pages.Add(this, retryAt);
            }
        }

        EndWork();
        Pump();
    }

    private void Schedule_NeedsLock(PendingReminder? reminder)
    {
        if (reminder is not null && !_stopped)
        {
            _due.Add(reminder, ReminderRules.TryAt(reminder.Record));
        }
    }

    private void EndWork()
    {
        lock (_gate)
        {
            _working--;
            if (_stopped && _working == 0)
            {
                _idle.TrySetResult();
            }
        }
    }
}
