namespace EmbeddedDapr.Actors;

/// <content>Timers and reminders (contract sections 2.7, 2.8).</content>
public sealed partial class ActorApi
{
    private readonly ActorTimers _timers;
    private readonly ReminderScheduler _reminders;

    /// <summary>Registers or replaces a timer. Null: done.</summary>
    public ApiError? CreateTimer(string actorType, string actorId, string name, ScheduleRequest request)
    {
        if (ActorNames.IsReserved(actorType))
        {
            return ApiErrors.ActorTypeReserved(actorType);
        }

        if (ActorNames.Fault(name) is { } fault)
        {
            return ApiErrors.BadRequest(fault);
        }

        return Hosts(actorType)
            ? _timers.Create(actorType, actorId, name, request)
            : ApiErrors.ActorTimerCreate($"can't create timer for actor {actorType}||{actorId}: actor type not registered");
    }

    /// <summary>The same from the JSON body of the HTTP API.</summary>
    public ApiError? CreateTimer(string actorType, string actorId, string name, ReadOnlyMemory<byte> json)
    {
        if (ActorNames.IsReserved(actorType))
        {
            return ApiErrors.ActorTypeReserved(actorType);
        }

        return ScheduleRequest.Parse(json, "createTimerAlias", out var fault) is { } request ? CreateTimer(actorType, actorId, name, request) : ApiErrors.MalformedRequest(fault);
    }

    /// <summary>Removes a timer; one that is not there is fine. Null: done.</summary>
    public ApiError? DeleteTimer(string actorType, string actorId, string name)
    {
        if (ActorNames.IsReserved(actorType))
        {
            return ApiErrors.ActorTypeReserved(actorType);
        }

        _timers.Delete(actorType, actorId, name);
        return null;
    }

    /// <summary>Registers or replaces a reminder. Null: done, and durable where the store is.</summary>
    public async ValueTask<ApiError?> CreateReminderAsync(string actorType, string actorId, string name, ScheduleRequest request, CancellationToken cancellationToken)
    {
        if (ReminderFault(actorType) is { } error)
        {
            return error;
        }

        if (ActorNames.Fault(name) is { } fault)
        {
            return ApiErrors.BadRequest(fault);
        }

        return await _reminders.CreateAsync(actorType, actorId, name, request, cancellationToken);
    }

    /// <summary>The same from the JSON body of the HTTP API.</summary>
    public ValueTask<ApiError?> CreateReminderAsync(string actorType, string actorId, string name, ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        if (ActorNames.IsReserved(actorType))
        {
            return new(ApiErrors.ActorTypeReserved(actorType));
        }

        return ScheduleRequest.Parse(json, "createReminderAlias", out var fault) is { } request
            ? CreateReminderAsync(actorType, actorId, name, request, cancellationToken)
            : new(ApiErrors.MalformedRequest(fault));
    }

    /// <summary>A reminder.</summary>
    public async ValueTask<ApiResult<ReminderRecord>> GetReminderAsync(string actorType, string actorId, string name, CancellationToken cancellationToken)
    {
        if (ReminderFault(actorType) is { } error)
        {
            return error;
        }

        return await _reminders.GetAsync(actorType, actorId, name, cancellationToken);
    }

    /// <summary>Removes a reminder; one that is not there is fine. Null: done.</summary>
    public async ValueTask<ApiError?> DeleteReminderAsync(string actorType, string actorId, string name, CancellationToken cancellationToken)
    {
        if (ReminderFault(actorType) is { } error)
        {
            return error;
        }

        return await _reminders.DeleteAsync(actorType, actorId, name, cancellationToken);
    }

    private ApiError? ReminderFault(string actorType)
    {
        if (ActorNames.IsReserved(actorType))
        {
            return ApiErrors.ActorTypeReserved(actorType);
        }

        return Hosts(actorType) ? null : ApiErrors.ActorReminderNonHosted();
    }

    private bool Hosts(string actorType) => Runtime.Find(actorType) is { } type && type.Sidecar == _sidecar;
}
