namespace EmbeddedDapr.Actors;

/// <content>What daprd does not tell: who is there, what waits, what is slow. Only of types that this app hosts.</content>
public sealed partial class ActorApi
{
    /// <summary>The hosted types, by name.</summary>
    public IReadOnlyList<ActorTypeDescription> DescribeTypes() =>
        [.. Runtime.HostedBy(_sidecar).Select(type => type.Describe()).OrderBy(type => type.Type, StringComparer.Ordinal)];

    /// <summary>Active actors of a type, by id.</summary>
    /// <param name="actorType">The type.</param>
    /// <param name="after">Only ids that come after this one, byte by byte; empty: all.</param>
    /// <param name="limit">Most actors of one answer, 1 to <see cref="ActorRuntimeOptions.PageMax"/>.</param>
    public ApiResult<ActorPage> DescribeActors(string actorType, string after, int limit)
    {
        if (limit < 1 || limit > Runtime.Options.PageMax)
        {
            return ApiErrors.BadRequest($"limit must be between 1 and {Runtime.Options.PageMax}");
        }

        return Own(actorType) is { } type ? type.Page(after, limit) : ApiErrors.ActorTypeNotHosted(actorType);
    }

    /// <summary>One active actor.</summary>
    public ApiResult<ActorDescription> DescribeActor(string actorType, string actorId)
    {
        if (Own(actorType) is not { } type)
        {
            return ApiErrors.ActorTypeNotHosted(actorType);
        }

        return type.Describe(actorId) is { } actor ? actor : ApiErrors.ActorNotActive(actorType, actorId);
    }

    /// <summary>The timers of an actor, by name.</summary>
    public ApiResult<IReadOnlyList<TimerDescription>> DescribeTimers(string actorType, string actorId) =>
        Own(actorType) is null ? ApiErrors.ActorTypeNotHosted(actorType) : ApiResult.Ok(_timers.Describe(actorType, actorId));

    /// <summary>The reminders of an actor, by name, whether it is active or not.</summary>
    public async ValueTask<ApiResult<IReadOnlyList<ReminderRecord>>> DescribeRemindersAsync(string actorType, string actorId, CancellationToken cancellationToken) =>
        Own(actorType) is null
            ? ApiErrors.ActorTypeNotHosted(actorType)
            : await _reminders.ListAsync(actorType, actorId, Runtime.Options.ReminderListMax, cancellationToken);

    /// <summary>Turns that took, or take, longer than <see cref="ActorRuntimeOptions.SlowTurnThreshold"/>; the last <see cref="ActorRuntimeOptions.SlowTurnsKept"/> of each type.</summary>
    public IReadOnlyList<SlowTurn> SlowTurns() => [.. Runtime.HostedBy(_sidecar).SelectMany(type => type.SlowTurns()).OrderBy(turn => turn.StartedAt)];

    private HostedActorType? Own(string actorType) => Runtime.Find(actorType) is { } type && type.Sidecar == _sidecar ? type : null;
}
