using EmbeddedDapr.Apps;

namespace EmbeddedDapr.Actors;

/// <content>A tick: the callback, and what follows from its answer.</content>
internal sealed partial class ReminderScheduler
{
    private const string CancelHeader = "X-DaprReminderCancel";

    private async Task WorkAsync()
    {
        while (TryTakeReady() is { } reminder)
        {
            await FireAsync(reminder);
        }

        EndWork();
        Pump();
    }

    /// <summary>Leaves a reminder to the store. Should its type be hosted again already, it is read from there again.</summary>
    private void Park(PendingReminder reminder)
    {
        lock (_gate)
        {
            Schedule_NeedsLock(_window.EndFiring(reminder, next: null, _onDropped));
            if (_types.Contains(reminder.Record.ActorType))
            {
                _window.Invalidate();
            }
        }

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
            if (await CallAsync(record) is not { } succeeded)
            {
                Park(reminder);
                return;
            }

            next = ReminderRules.After(record, succeeded);
            if (!succeeded && next is null or { FailedTries: 0 })
            {
                Log.TickGivenUp(_logger, record.ActorType, record.ActorId, record.Name, record.FailedTries + 1);
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
            next = record with { FailedTries = record.Policy.RetriesMax is { } most ? Math.Min(record.FailedTries + 1, most) : record.FailedTries + 1 };
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

    /// <summary>Null: nobody hosts the type, so that the tick has to wait in the store until somebody does.</summary>
    private async ValueTask<bool?> CallAsync(ReminderRecord record)
    {
        if (_runtime.Find(record.ActorType) is not { } type)
        {
            return null;
        }

        var turn = new ActorTurn { Kind = ActorTurnKind.Reminder, Name = record.Name, Tick = new ScheduleTick(record.Data, string.Empty, string.Empty, Callback: null) };
        if (await type.TurnAsync(record.ActorId, turn, chain: null, _stopping.Token) is not { } result)
        {
            return null;
        }

        type.Sidecar.Metrics?.ActorReminderFired(record.ActorType, result.Error is null && (result.Value.Status == 200 || IsCancel(result.Value)));
        if (result.Error is { } error)
        {
            _stopping.Token.ThrowIfCancellationRequested();
            Log.TickFailed(_logger, record.ActorType, record.ActorId, record.Name, record.FailedTries + 1, error.Message);
            return type.IsWithdrawn ? null : false;
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
}
