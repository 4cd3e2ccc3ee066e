using System.Globalization;
using EmbeddedDapr.Actors;
using EmbeddedDapr.Jobs;

namespace EmbeddedDapr.Tests.Jobs;

public sealed class JobRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Theory]
    [InlineData("@every 1h30m", null, "2026-01-02T04:34:05Z", "2026-01-02T06:04:05Z")]
    [InlineData("*/10 * * * * *", null, "2026-01-02T03:04:10Z", "2026-01-02T03:04:20Z")]
    [InlineData("@daily", null, "2026-01-03T00:00:00Z", "2026-01-04T00:00:00Z")]
    [InlineData("TZ=UTC 0 0 12 * * *", null, "2026-01-02T12:00:00Z", "2026-01-03T12:00:00Z")]
    [InlineData("@daily", "90s", "2026-01-02T03:05:35Z", "2026-01-03T00:00:00Z")]
    [InlineData(null, "PT1M", "2026-01-02T03:05:05Z", null)]
    [InlineData(null, "-1s", "2026-01-02T03:04:04Z", null)]
    [InlineData(null, "2026-01-02T05:00:00+01:00", "2026-01-02T04:00:00Z", null)]
    public void The_first_run_is_at_the_due_time_else_at_the_schedules_first(string? schedule, string? dueTime, string first, string? second)
    {
        var record = Create(new JobRequest { Name = "a", Schedule = schedule, DueTime = dueTime });

        Assert.Equal(At(first), record.NextDue);
        Assert.Equal(second is null ? null : At(second), JobRules.After(record, succeeded: true, record.NextDue)?.NextDue);
    }

    [Theory]
    [InlineData("a/b", "@daily", null, null, null, "must not contain '/'")]
    [InlineData("a", "* * * * *", null, null, null, "expected exactly 6 fields, found 5: [* * * * *]")]
    [InlineData("a", "nope", null, null, null, "expected exactly 6 fields, found 1: [nope]")]
    [InlineData("a", "@every soon", null, null, null, "'soon' is no duration")]
    [InlineData("a", null, "", null, null, "due time format not recognized")]
    [InlineData("a", null, "R1/PT1S", null, null, "repeats not supported for due time")]
    [InlineData("a", null, "1s", "5s", null, "job must have a schedule to have a ttl")]
    [InlineData("a", "@daily", null, "soon", null, "ttl format not recognized")]
    [InlineData("a", "@daily", "10s", "-5s", null, "ttl must be greater than due time")]
    [InlineData("a", "@daily", null, null, 0u, "defined repeats must be greater than 0")]
    public void What_makes_no_sense_is_refused(string name, string? schedule, string? dueTime, string? ttl, uint? repeats, string why)
    {
        var (record, fault) = JobRules.Create("T", new JobRequest { Name = name, Schedule = schedule, DueTime = dueTime, Ttl = ttl, Repeats = repeats }, Now, 1);

        Assert.Null(record);
        Assert.Contains(why, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Repeats_and_ttl_end_a_schedule()
    {
        var twice = Create(new JobRequest { Name = "a", Schedule = "@every 1s", Repeats = 2 });
        var until = Create(new JobRequest { Name = "a", Schedule = "@every 2s", Ttl = "5s" });

        Assert.Null(JobRules.After(JobRules.After(twice, true, Now)!, true, Now));
        Assert.Null(JobRules.After(JobRules.After(until, true, Now)!, true, Now));
    }

    [Fact]
    public void A_failed_run_is_tried_as_its_policy_says_and_then_left_for_the_next_one()
    {
        var byDefault = Create(new JobRequest { Name = "a", Schedule = "@every 1h" });
        var dropping = Create(new JobRequest { Name = "a", DueTime = "0s", Policy = ReminderFailurePolicy.Drop });
        var forever = Create(new JobRequest { Name = "a", DueTime = "0s", Policy = new ReminderFailurePolicy(TimeSpan.FromSeconds(2), null) });

        var tries = 1;
        var record = byDefault;
        for (; JobRules.After(record, false, Now) is { FailedTries: > 0 } next; tries++)
        {
            record = next;
        }

        Assert.Equal(4, tries);
        Assert.Equal((0, byDefault.NextDue.AddHours(1)), (JobRules.After(record, false, Now)!.FailedTries, JobRules.After(record, false, Now)!.NextDue));
        Assert.Null(JobRules.After(dropping, false, Now));
        Assert.Equal(1001, JobRules.After(forever with { FailedTries = 1000 }, false, Now)!.FailedTries);
    }

    [Theory]
    [InlineData("@every 0s")]
    [InlineData("@every -1s")]
    public void An_interval_that_is_none_goes_on_from_now(string schedule)
    {
        var record = Create(new JobRequest { Name = "a", Schedule = schedule });

        Assert.Equal(Now.AddDays(1).AddMilliseconds(10), JobRules.After(record, true, Now.AddDays(1))!.NextDue);
    }

    [Fact]
    public void Payload_and_description_are_kept_apart()
    {
        var (payload, description) = JobData.Unpack(JobData.Pack(new byte[] { 1, 2 }, new byte[] { 3 }));

        Assert.Equal([1, 2], payload.ToArray());
        Assert.Equal([3], description.ToArray());
        Assert.Throws<InvalidDataException>(() => JobData.Unpack(new byte[] { 0, 0, 0, 9, 1 }));
    }

    private static ReminderRecord Create(JobRequest request)
    {
        var (record, fault) = JobRules.Create("T", request, Now, 1);
        Assert.Equal(string.Empty, fault);
        return record!;
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
