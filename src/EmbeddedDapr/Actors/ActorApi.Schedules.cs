namespace EmbeddedDapr.Actors;

/// <content>Timers and reminders (contract sections 2.7, 2.8).</content>
public sealed partial class ActorApi
{
    private readonly ActorTimers _timers;
    private readonly ReminderScheduler _reminders;

    /// <summary>Registers or replaces a timer. Null: done.</summary>
    public ApiError? CreateTimer(string actorType, string actorId, string name, ScheduleRequest request)
    {
        if ((ReservedFault(actorType) ?? NameFault(ActorNames.Fault(name)) ?? Refusal(actorType)) is { } refusal)
        {
            return refusal;
        }

        return Hosts(actorType)
            ? _timers.Create(actorType, actorId, name, request)
            : ApiErrors.ActorTimerCreate($"can't create timer for actor {actorType}||{actorId}: actor type not registered");
    }

    /// <summary>The same from the JSON body of the HTTP API.</summary>
    public ApiError? CreateTimer(string actorType, string actorId, string name, ReadOnlyMemory<byte> json)
    {
        if (ReservedFault(actorType) is { } refusal)
        {
            return refusal;
        }

        return ScheduleRequest.Parse(json, "createTimerAlias", out var fault) is { } request ? CreateTimer(actorType, actorId, name, request) : ApiErrors.MalformedRequest(fault);
    }

    /// <summary>Removes a timer; one that is not there is fine. Null: done.</summary>
    public ApiError? DeleteTimer(string actorType, string actorId, string name)
    {
        if (Refusal(actorType) is { } refusal)
        {
            return refusal;
        }

        _timers.Delete(actorType, actorId, name);
        return null;
    }

    /// <summary>Registers or replaces a reminder. Null: done, and durable where the store is.</summary>
    public async ValueTask<ApiError?> CreateReminderAsync(string actorType, string actorId, string name, ScheduleRequest request, CancellationToken cancellationToken)
    {
        var nameFault = name.Length == 0 ? "reminder name cannot be empty" : ActorNames.Fault(name);
        if ((ReservedFault(actorType) ?? NameFault(nameFault) ?? ReminderFault(actorType)) is { } error)
        {
            return error;
        }

        return await _reminders.CreateAsync(actorType, actorId, name, request, cancellationToken);
    }

    /// <summary>The same from the JSON body of the HTTP API.</summary>
    public ValueTask<ApiError?> CreateReminderAsync(string actorType, string actorId, string name, ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        if (ReservedFault(actorType) is { } refusal)
        {
            return new(refusal);
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

    /// <summary>Reminders of an actor, or of its whole type when the id is empty, by name. At most <see cref="ActorRuntimeOptions.ReminderListMax"/>.</summary>
    public async ValueTask<ApiResult<IReadOnlyList<ReminderRecord>>> ListRemindersAsync(string actorType, string actorId, CancellationToken cancellationToken)
    {
        if (ReminderFault(actorType) is { } error)
        {
            return error;
        }

        return await _reminders.ListAsync(actorType, actorId, Runtime.Options.ReminderListMax, cancellationToken);
    }

    /// <summary>Removes the reminders of an actor, or of its whole type when the id is empty. Null: done.</summary>
    public async ValueTask<ApiError?> DeleteRemindersAsync(string actorType, string actorId, CancellationToken cancellationToken)
    {
        if (ReminderFault(actorType) is { } error)
        {
            return error;
        }

        return await _reminders.DeleteAllAsync(actorType, actorId, cancellationToken);
    }

    private ApiError? ReminderFault(string actorType)
    {
        if (Refusal(actorType) is { } refusal)
        {
            return refusal;
        }

        return Hosts(actorType) ? null : ApiErrors.ActorReminderNonHosted();
    }

    /// <summary>Why no request about this type can be served; null: it can.</summary>
    private ApiError? Refusal(string actorType) => ReservedFault(actorType) ?? (_sidecar.Options.ActorsDisabled ? ApiErrors.ActorNoPlacement() : null);

    private static ApiError? ReservedFault(string actorType) => ActorNames.IsReserved(actorType) ? ApiErrors.ActorTypeReserved(actorType) : null;

    private static ApiError? NameFault(string? fault) => fault is null ? null : ApiErrors.BadRequest(fault);

    private bool Hosts(string actorType) => Runtime.Find(actorType) is { } type && type.Sidecar == _sidecar;
}
