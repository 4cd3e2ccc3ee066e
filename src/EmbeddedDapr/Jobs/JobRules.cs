using EmbeddedDapr.Actors;
using EmbeddedDapr.Cron;

namespace EmbeddedDapr.Jobs;

/// <summary>
/// What a request means and what follows a run (contract section 7.4). A job is kept as a <see cref="ReminderRecord"/> of a reserved actor type: due times, repetitions, failure
/// policies and versions are the same things, and lie in the same durable place. Pure.
/// </summary>
internal static class JobRules
{
    private const string Every = "@every ";
    private const int FieldsOfCron = 6;

    /// <summary>In place of an interval of zero or less, which daprd accepts and fires as fast as the app answers (recorded: job-every-tiny).</summary>
    private static readonly TimeSpan IntervalMin = TimeSpan.FromMilliseconds(10);

    /// <summary>The reserved type under which the jobs of an app are kept.</summary>
    public static string TypeOf(string appNamespace, string appId) => $"dapr.internal.{appNamespace}.{appId}.jobs";

    /// <summary>Reads a request; the record is null when it makes no sense.</summary>
    public static (ReminderRecord? Record, string Fault) Create(string type, JobRequest request, DateTimeOffset now, long version)
    {
        if (request.Name.AsSpan().ContainsAny("/\\#?"))
        {
            return (null, $"job name is invalid \"{request.Name}\": must not contain '/', '\\', '#' or '?'");
        }

        if (request.Repeats == 0)
        {
            return (null, Invalid("defined repeats must be greater than 0"));
        }

        if (request.Schedule is { } text && Fault(text) is { } unreadable)
        {
            return (null, Invalid(unreadable));
        }

        var begin = now;
        if (request.DueTime is { } dueTime && !TimeTexts.TryMoment(dueTime, now, out begin, out _))
        {
            return (null, Invalid(dueTime.StartsWith('R') ? "repeats not supported for due time" : "due time format not recognized"));
        }

        DateTimeOffset? expiresAt = null;
        if (request.Ttl is { } ttl)
        {
            if (request.Schedule is null)
            {
                return (null, Invalid("job must have a schedule to have a ttl"));
            }

            if (!TimeTexts.TryMoment(ttl, begin, out var end, out _))
            {
                return (null, Invalid("ttl format not recognized"));
            }

            if (end < begin)
            {
                return (null, Invalid("ttl must be greater than due time"));
            }

            expiresAt = end;
        }

        // The first run is at the due time; without one it is the schedule's first.
        var due = request.DueTime is not null ? begin : Next(request.Schedule!, now, now);
        if (due is not { } first)
        {
            return (null, Invalid("the schedule never comes"));
        }

        return (new ReminderRecord
        {
            ActorType = type,
            ActorId = string.Empty,
            Name = request.Name,
            NextDue = first,
            PeriodText = request.Schedule ?? string.Empty,
            DueTimeText = request.DueTime ?? string.Empty,
            Remaining = request.Repeats is { } repeats ? (int)Math.Min(repeats, int.MaxValue) : null,
            ExpiresAt = expiresAt,
            Policy = request.Policy ?? ReminderFailurePolicy.Default,
            Data = JobData.Pack(request.Payload, request.Description),
            Version = version,
        }, string.Empty);
    }

    /// <summary>What the job becomes after a run; null: it is over. Runs that were missed are made up for, one after the other (recorded: job-restart-schedule).</summary>
    public static ReminderRecord? After(ReminderRecord record, bool succeeded, DateTimeOffset now)
    {
        if (!succeeded && !(record.FailedTries >= record.Policy.RetriesMax))
        {
            return record with { FailedTries = record.FailedTries + 1 };
        }

        if (record.PeriodText.Length == 0 || record.Remaining == 1 || Next(record.PeriodText, record.NextDue, now) is not { } due || record.ExpiresAt < due)
        {
            return null;
        }

        return record with { NextDue = due, FailedTries = 0, Remaining = record.Remaining - 1 };
    }

    private static DateTimeOffset? Next(string schedule, DateTimeOffset last, DateTimeOffset now)
    {
        if (!schedule.StartsWith(Every, StringComparison.Ordinal))
        {
            return CronExpression.Parse(schedule, TimeZoneInfo.Utc, out _)?.Next(last);
        }

        return GoDuration.TryParse(schedule.AsSpan(Every.Length), out var interval) && interval > TimeSpan.Zero
            ? interval < DateTimeOffset.MaxValue - last ? last + interval : null
            : now + IntervalMin;
    }

    private static string? Fault(string schedule)
    {
        // The shared parser also takes five fields, which jobs do not. A time zone may stand in front.
        var fields = schedule.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).SkipWhile(static field => field.Contains("TZ=", StringComparison.Ordinal)).ToArray();
        if (fields.Length != FieldsOfCron && !(fields.Length > 0 && fields[0].StartsWith('@')))
        {
            return $"expected exactly {FieldsOfCron} fields, found {fields.Length}: [{string.Join(' ', fields)}]";
        }

        return CronExpression.Parse(schedule, TimeZoneInfo.Utc, out var error) is null ? error : null;
    }

    private static string Invalid(string why) => $"job failed validation: {why}";
}
