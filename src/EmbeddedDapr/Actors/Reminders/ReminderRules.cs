namespace EmbeddedDapr.Actors;

/// <summary>What a registration means and what follows a tick (contract section 2.8). Pure.</summary>
internal static class ReminderRules
{
    /// <summary>When the record wants to be tried next: the tries of one tick are counted from its due time.</summary>
    public static DateTimeOffset TryAt(ReminderRecord record) => record.NextDue + (record.Policy.Interval * record.FailedTries);

    /// <summary>Reads a registration.</summary>
    public static (ReminderRecord? Record, string Fault) Create(string actorType, string actorId, string name, ScheduleRequest request, DateTimeOffset now, long version)
    {
        Period? period = null;
        if (request.Period.Length > 0)
        {
            if (!TimeTexts.TryPeriod(request.Period, out var parsed) || parsed.HasCalendarParts)
            {
                return (null, $"unsupported period format: {request.Period}");
            }

            period = parsed;
        }

        if (request.DueTime.Length == 0 && period is null)
        {
            return (null, Invalid("job must have either a due time or a schedule"));
        }

        DateTimeOffset due;
        if (request.DueTime.Length == 0)
        {
            due = period!.Value.After(now);
        }
        else if (!TimeTexts.TryMoment(request.DueTime, now, out due, out _))
        {
            return (null, Invalid("due time format not recognized"));
        }

        DateTimeOffset? expiresAt = null;
        var ttlIsAbsolute = false;
        if (request.Ttl.Length > 0)
        {
            if (period is null)
            {
                return (null, Invalid("job must have a schedule to have a ttl"));
            }

            if (!TimeTexts.TryMoment(request.Ttl, due, out var expiry, out ttlIsAbsolute))
            {
                return (null, Invalid("ttl format not recognized"));
            }

            if (expiry < due)
            {
                return (null, Invalid("ttl must be greater than due time"));
            }

            expiresAt = expiry;
        }

        return (new ReminderRecord
        {
            ActorType = actorType,
            ActorId = actorId,
            Name = name,
            NextDue = due,
            Period = period?.Time,
            Remaining = period?.Repetitions is > 0 and var times ? times : null, // R0: without limit (recorded: reminder-repeat-zero)
            ExpiresAt = expiresAt,
            Policy = request.FailurePolicy ?? ReminderFailurePolicy.Default,
            Data = request.Data,
            DueTimeText = request.DueTime,
            PeriodText = request.Period,
            TtlText = ttlIsAbsolute ? request.Ttl : null,
            Version = version,
        }, string.Empty);
    }

    /// <summary>What the record becomes after a try; null: it is over.</summary>
    public static ReminderRecord? After(ReminderRecord record, bool succeeded)
    {
        if (!succeeded && !(record.FailedTries >= record.Policy.RetriesMax))
        {
            return record with { FailedTries = record.FailedTries + 1 };
        }

        if (record.Period is not { } period || record.Remaining == 1)
        {
            return null;
        }

        var next = record with { NextDue = record.NextDue + period, FailedTries = 0, Remaining = record.Remaining - 1 };
        return next.ExpiresAt is { } end && next.NextDue > end ? null : next;
    }

    private static string Invalid(string why) => $"rpc error: code = Unknown desc = job failed validation: {why}";
}
