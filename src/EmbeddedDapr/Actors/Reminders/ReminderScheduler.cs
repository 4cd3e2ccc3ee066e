using EmbeddedDapr.Apps;
using EmbeddedDapr.Runtime;
using Microsoft.Extensions.Logging;

namespace EmbeddedDapr.Actors;

/// <summary>
/// Reminders of the types that one app hosts. They lie in the store; a near window of them is in memory (<see cref="ReminderWindow"/>), so a million pending ones cost little.
/// A tick is: take the actor's turn, call the app, then write what follows from the answer. A crash in between repeats the tick; nothing is ever early.
/// </summary>
internal sealed partial class ReminderScheduler : IAsyncDisposable
{
    private const string CancelHeader = "X-DaprReminderCancel";
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
        _due = new DueQueue<PendingReminder>(runtime.Time, static reminder => reminder.State == PendingState.Waiting, OnDue);
        _pages = new DueQueue<object>(runtime.Time, static _ => true, _ => Pump());
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

    public async ValueTask<ApiError?> CreateAsync(string actorType, string actorId, string name, ScheduleRequest request, CancellationToken cancellationToken)
    {
        if (_store is null)
        {
            return ApiErrors.ActorReminderCreate("the actor state store keeps no reminders");
        }

        // Ever rising, also over a restart, unless the clock went back by more than the process was down.
        var version = Interlocked.Increment(ref _version);
        var (record, fault) = ReminderRules.Create(actorType, actorId, name, request, _runtime.Time.GetUtcNow(), version);
        if (record is null)
        {
            return ApiErrors.ActorReminderCreate(fault);
        }

        try
        {
            if (!await _store.PutAsync(record, request.Overwrite, cancellationToken))
            {
                return ApiErrors.ActorReminderExists(name);
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return ApiErrors.ActorReminderCreate(exception.Message);
        }

        lock (_gate)
        {
            Schedule_NeedsLock(_window.Put(record, _onDropped));
        }

        Pump();
        return null;
    }

    public async ValueTask<ApiResult<ReminderRecord>> GetAsync(string actorType, string actorId, string name, CancellationToken cancellationToken)
    {
        try
        {
            var record = _store is null ? null : await _store.GetAsync(actorType, actorId, name, cancellationToken);
            return record is null ? ApiErrors.ActorReminderNotFound(name) : record;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return ApiErrors.ActorReminderGet(exception.Message);
        }
    }

    public async ValueTask<ApiError?> DeleteAsync(string actorType, string actorId, string name, CancellationToken cancellationToken)
    {
        try
        {
            if (_store is not null)
            {
                await _store.DeleteAsync(actorType, actorId, name, cancellationToken);
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return ApiErrors.ActorReminderDelete(exception.Message);
        }

        lock (_gate)
        {
            _window.Remove(new ReminderKey(actorType, actorId, name), _onDropped);
        }

        Pump();
        return null;
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
                ThreadPool.UnsafeQueueUserWorkItem(static self => _ = self.ReadPageAsync(), this, preferLocal: false);
            }

            for (var missing = Math.Min(_ready.Count, _runtime.Options.ReminderConcurrencyMax - _working); missing > 0; missing--)
            {
                _working++;
                ThreadPool.UnsafeQueueUserWorkItem(static self => _ = self.WorkAsync(), this, preferLocal: false);
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
                foreach (var reminder in _window.EndPage(page, horizon, readAgainAt, _onDropped))
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

    private async Task WorkAsync()
    {
        while (TryTakeReady() is { } reminder)
        {
            await FireAsync(reminder);
        }

        EndWork();
        Pump();
    }

    private PendingReminder? TryTakeReady()
    {
        lock (_gate)
        {
            while (!_stopped && _ready.TryDequeue(out var reminder))
            {
                if (reminder.State == PendingState.Ready)
                {
                    reminder.State = PendingState.Firing;
                    return reminder;
                }
            }

            return null;
        }
    }

    private async Task FireAsync(PendingReminder reminder)
    {
        var record = reminder.Record;
        ReminderRecord? next;
        try
        {
            var succeeded = await CallAsync(record);
            next = ReminderRules.After(record, succeeded);
            if (!succeeded && next is null or { FailedTries: 0 })
            {
                Log.TickGivenUp(_logger, record.ActorType, record.ActorId, record.Name, ReminderRules.TriesMax);
            }

            // Bookkeeping is not cancelled: the callback has happened, and every write that is lost here repeats it.
            await _store!.AdvanceAsync(record, next, CancellationToken.None);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            return;
        }
        catch (Exception exception)
        {
            // The store did not take the outcome. At least once: the tick is repeated.
            Log.BookkeepingFailed(_logger, exception, record.ActorType, record.ActorId, record.Name);
            next = record with { FailedTries = Math.Min(record.FailedTries + 1, ReminderRules.TriesMax - 1) };
        }

        lock (_gate)
        {
            Schedule_NeedsLock(_window.EndFiring(reminder, next, _onDropped));
        }

        // A full window is refilled while its second half fires.
        if (_window.IsCut)
        {
            Pump();
        }
    }

    private async ValueTask<bool> CallAsync(ReminderRecord record)
    {
        if (_runtime.Find(record.ActorType) is not { } type)
        {
            return false;
        }

        var request = new AppRequest
        {
            Method = "PUT",
            Path = string.Concat("/method/remind/", ActorNames.Escape(record.Name)),
            ContentType = "application/json",
            Body = ScheduleRequest.CallbackBody(callback: null, record.Data, string.Empty, string.Empty),
        };
        var result = await type.TurnAsync(record.ActorId, request, chain: null, _stopping.Token);
        if (result.Error is { } error)
        {
            _stopping.Token.ThrowIfCancellationRequested();
            Log.TickFailed(_logger, record.ActorType, record.ActorId, record.Name, record.FailedTries + 1, error.Message);
            return false;
        }

        if (result.Value.Status == 200 || IsCancel(result.Value))
        {
            return true;
        }

        Log.TickFailed(_logger, record.ActorType, record.ActorId, record.Name, record.FailedTries + 1, $"the app answered {result.Value.Status}");
        return false;
    }

    /// <summary>The header counts as success and nothing more: a periodic reminder goes on (contract section 2.8).</summary>
    private static bool IsCancel(AppResponse response) => response.Headers?.Any(header =>
        header.Key.Equals(CancelHeader, StringComparison.OrdinalIgnoreCase) && header.Value.ToLowerInvariant() is "1" or "t" or "true" or "y" or "yes" or "on") == true;

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
