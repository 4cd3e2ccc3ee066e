namespace EmbeddedDapr.Actors;

/// <content>Registering, reading and deleting.</content>
internal sealed partial class ReminderScheduler
{
    private readonly ReminderWrites _writes = new();
    private int _bulkDeletions;

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

        var write = BeginWrite(ReminderKey.Of(record));
        try
        {
            await write.Before;
            if (!await _store.PutAsync(record, request.Overwrite, cancellationToken))
            {
                write.Result = WriteResult.Nothing;
                return ApiErrors.ActorReminderExists(name);
            }

            await ShowAsync(write, record);
            return null;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return ApiErrors.ActorReminderCreate(exception.Message);
        }
        finally
        {
            EndWrite(write);
        }
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
        if (_store is null)
        {
            return null;
        }

        var write = BeginWrite(new ReminderKey(actorType, actorId, name));
        try
        {
            await write.Before;
            await _store.DeleteAsync(actorType, actorId, name, cancellationToken);
            await ShowAsync(write, stored: null);
            return null;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return ApiErrors.ActorReminderDelete(exception.Message);
        }
        finally
        {
            EndWrite(write);
        }
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
            _bulkDeletions++;
            _window.RemoveAll(actorType, actorId, _onDropped);
        }

        Pump();
        return null;
    }

    private Write BeginWrite(ReminderKey key)
    {
        lock (_gate)
        {
            var mark = _writes.Begin(key, out var before);
            return new Write(key, mark, before, _bulkDeletions);
        }
    }

    /// <summary>Brings memory in line with what was written. Should many reminders have been deleted meanwhile, the store knows whether this one was among them.</summary>
    private async ValueTask ShowAsync(Write write, ReminderRecord? stored)
    {
        var deletions = write.Deletions;
        while (true)
        {
            lock (_gate)
            {
                if (deletions == _bulkDeletions)
                {
                    if (stored is null)
                    {
                        _window.Remove(write.Key, _onDropped);
                    }
                    else
                    {
                        Schedule_NeedsLock(_window.Put(stored, _onDropped));
                    }

                    write.Result = WriteResult.Shown;
                    return;
                }

                deletions = _bulkDeletions;
            }

            stored = await _store!.GetAsync(write.Key.ActorType, write.Key.ActorId, write.Key.Name, CancellationToken.None);
        }
    }

    private void EndWrite(Write write)
    {
        lock (_gate)
        {
            var wasLeftOut = _writes.End(write.Key, write.Mark);
            if (write.Result == WriteResult.Unknown || (write.Result == WriteResult.Nothing && wasLeftOut))
            {
                _window.Invalidate();
            }
        }

        Pump();
    }

    private sealed class Write(ReminderKey key, TaskCompletionSource mark, Task before, int deletions)
    {
        public ReminderKey Key => key;

        public TaskCompletionSource Mark => mark;

        public Task Before => before;

        /// <summary>How often many reminders had been deleted at once when it began.</summary>
        public int Deletions => deletions;

        public WriteResult Result { get; set; }
    }

    private enum WriteResult
    {
        /// <summary>It threw: only the store knows.</summary>
        Unknown,

        /// <summary>The store is as it was.</summary>
        Nothing,

        /// <summary>Written, and memory knows it.</summary>
        Shown,
    }
}
