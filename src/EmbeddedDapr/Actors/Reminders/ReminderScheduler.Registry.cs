namespace EmbeddedDapr.Actors;

/// <content>Registering, reading and deleting.</content>
internal sealed partial class ReminderScheduler
{
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

    /// <summary>Reminders of an actor, or of its whole type when the id is empty, by name; at most <paramref name="limit"/>.</summary>
    public async ValueTask<ApiResult<IReadOnlyList<ReminderRecord>>> ListAsync(string actorType, string actorId, int limit, CancellationToken cancellationToken)
    {
        try
        {
            return ApiResult.Ok(_store is null ? [] : await _store.ListAsync(actorType, actorId.Length == 0 ? null : actorId, limit, cancellationToken));
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return ApiErrors.ActorReminderGet(exception.Message);
        }
    }

    /// <summary>Deletes the reminders of an actor, or of its whole type when the id is empty.</summary>
    public async ValueTask<ApiError?> DeleteAllAsync(string actorType, string actorId, CancellationToken cancellationToken)
    {
        try
        {
            if (_store is not null)
            {
                await _store.DeleteAllAsync(actorType, actorId.Length == 0 ? null : actorId, cancellationToken);
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return ApiErrors.ActorReminderDelete(exception.Message);
        }

        lock (_gate)
        {
            _window.RemoveAll(actorType, actorId, _onDropped);
        }

        Pump();
        return null;
    }
}
