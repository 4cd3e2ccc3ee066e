using System.Globalization;

namespace EmbeddedDapr.Actors;

/// <summary>A timer: when it is due, and what follows a tick. Pure; the clock is <see cref="ActorTimers"/>'.</summary>
internal sealed class ActorTimer
{
    private readonly Period? _period;
    private readonly DateTimeOffset? _expiresAt;
    private int? _remaining;

    private ActorTimer(DateTimeOffset due, Period? period, DateTimeOffset? expiresAt, ScheduleTick tick)
    {
        Due = due;
        _period = period is { IsZero: false } ? period : null;
        _remaining = period?.Repetitions;
        _expiresAt = expiresAt;
        Tick = tick;
    }

    public required string ActorType { get; init; }

    public required string ActorId { get; init; }

    public required string Name { get; init; }

    public DateTimeOffset Due { get; private set; }

    public ScheduleTick Tick { get; }

    /// <summary>Replaced or deleted.</summary>
    public bool IsDead { get; set; }

    /// <summary>Reads a registration (contract section 2.7).</summary>
    public static (ActorTimer? Timer, string Fault) Create(string actorType, string actorId, string name, ScheduleRequest request, DateTimeOffset now)
    {
        Period? period = null;
        if (request.Period.Length > 0)
        {
            if (!TimeTexts.TryPeriod(request.Period, out var parsed))
            {
                return (null, $"invalid timer period: parse error: unsupported duration format: {request.Period}");
            }

            if (parsed.Repetitions == 0)
            {
                return (null, "invalid timer period: has zero repetitions");
            }

            period = parsed;
        }

        var due = now;
        if (request.DueTime.Length > 0 && !TimeTexts.TryMoment(request.DueTime, now, out due, out _))
        {
            return (null, $"error parsing timer due time: unsupported time/duration format: {request.DueTime}");
        }

        DateTimeOffset? expiresAt = null;
        if (request.Ttl.Length > 0)
        {
            if (!TimeTexts.TryMoment(request.Ttl, due, out var expiry, out _))
            {
                return (null, $"error parsing timer TTL: unsupported time/duration format: {request.Ttl}");
            }

            // An expiry at the due time itself is accepted (recorded: grpc-actor-timer-bad).
            if (expiry < due || expiry < now)
            {
                return (null, string.Create(CultureInfo.InvariantCulture, $"timer {actorType}||{actorId}||{name} has already expired: dueTime: {due.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'} TTL: {expiry.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}"));
            }

            expiresAt = expiry;
        }

        var tick = new ScheduleTick(request.Data, request.DueTime, request.Period, request.Callback);
        return (new ActorTimer(due, period, expiresAt, tick) { ActorType = actorType, ActorId = actorId, Name = name }, string.Empty);
    }

    public TimerDescription Describe() => new(Name, Tick.DueTime, Tick.Period, Tick.Callback ?? string.Empty, Due, _period is null ? 1 : _remaining, _expiresAt);

    /// <summary>After a tick: false when it was the last. Keeps the grid of the first due time, so a late tick does not delay the next.</summary>
    public bool Advance()
    {
        if (_period is not { } period || --_remaining == 0)
        {
            return false;
        }

        Due = period.After(Due);
        return _expiresAt is null || Due <= _expiresAt;
    }
}
