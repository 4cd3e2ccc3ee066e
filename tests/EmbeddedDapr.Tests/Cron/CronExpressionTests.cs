using System.Globalization;
using EmbeddedDapr.Cron;

namespace EmbeddedDapr.Tests.Cron;

/// <summary>The rules of robfig/cron v3, and the recordings binding-cron-accepted, binding-cron-invalid.</summary>
public sealed class CronExpressionTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    [Theory]
    [InlineData("* * * * *", "2026-01-02T03:04:05Z", "2026-01-02T03:05:00Z")]
    [InlineData("* * * * * *", "2026-01-02T03:04:05.5Z", "2026-01-02T03:04:06Z")]
    [InlineData("*/15 0 * * * *", "2026-01-02T03:00:31Z", "2026-01-02T03:00:45Z")]
    [InlineData("30 5 6 * * *", "2026-01-02T06:05:30Z", "2026-01-03T06:05:30Z")]
    [InlineData("0 10/20 * * * *", "2026-01-02T03:11:00Z", "2026-01-02T03:30:00Z")]
    [InlineData("0 0 0 1 JAN ?", "2026-01-02T00:00:00Z", "2027-01-01T00:00:00Z")]
    [InlineData("0 9 * * mon-fri", "2026-01-02T09:00:00Z", "2026-01-05T09:00:00Z")]
    [InlineData("0 0 13 * 5", "2026-01-03T00:00:00Z", "2026-01-09T00:00:00Z")] // the 13th, or a Friday
    [InlineData("0 0 */13 * 5", "2026-01-03T00:00:00Z", "2026-01-09T00:00:00Z")] // a step is a restriction
    [InlineData("0 0 31 * *", "2026-02-01T00:00:00Z", "2026-03-31T00:00:00Z")]
    [InlineData("0 0 29 2 *", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z")]
    [InlineData("0 0 31 2 *", "2026-01-01T00:00:00Z", null)]
    [InlineData("@yearly", "2026-05-01T00:00:00Z", "2027-01-01T00:00:00Z")]
    [InlineData("@weekly", "2026-01-02T00:00:00Z", "2026-01-04T00:00:00Z")]
    [InlineData("@hourly", "2026-01-02T03:04:05Z", "2026-01-02T04:00:00Z")]
    [InlineData("TZ=Asia/Tokyo 0 0 * * *", "2026-01-02T00:00:00Z", "2026-01-02T15:00:00Z")]
    [InlineData("CRON_TZ=UTC 0 0 0 1 1 *", "2026-01-02T00:00:00Z", "2027-01-01T00:00:00Z")]
    [InlineData("@every 1h30m", "2026-01-02T03:04:05.25Z", "2026-01-02T04:34:05Z")]
    [InlineData("@every 300ms", "2026-01-02T03:04:05.25Z", "2026-01-02T03:04:05.55Z")]
    [InlineData("@every 0s", "2026-01-02T03:04:05Z", "2026-01-02T03:04:06Z")]
    [InlineData("@every -1s", "2026-01-02T03:04:05Z", "2026-01-02T03:04:06Z")]
    [InlineData("@every 1us", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05.01Z")]
    public void The_next_time_is_found(string text, string after, string? next) =>
        Assert.Equal(next is null ? null : Time(next), CronExpression.Parse(text, TimeZoneInfo.Utc, out _)!.Next(Time(after)));

    [Theory]
    [InlineData("30 2 * * *", "2026-03-28T12:00:00Z", "2026-03-30T00:30:00Z")] // half past two does not exist on the 29th
    [InlineData("30 3 * * *", "2026-03-28T12:00:00Z", "2026-03-29T01:30:00Z")]
    [InlineData("30 2 * * *", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z")] // and twice on this day
    [InlineData("0 0 * * *", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z")] // a day of 25 hours
    [InlineData("0 0 * * *", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z")] // a day of 23 hours
    public void Daylight_saving_is_kept(string text, string after, string next) =>
        Assert.Equal(Time(next), CronExpression.Parse(text, Berlin, out _)!.Next(Time(after)));

    [Theory]
    [InlineData("")]
    [InlineData("@once")]
    [InlineData("@reboot")]
    [InlineData("@every")]
    [InlineData("@every 1x")]
    [InlineData("@EVERY 1h")]
    [InlineData("PT1S")]
    [InlineData("every second")]
    [InlineData("* * *")]
    [InlineData("* * * * * * *")]
    [InlineData("61 * * * * *")]
    [InlineData("* * * * 7")]
    [InlineData("* * 0 * *")]
    [InlineData("5-1 * * * *")]
    [InlineData("*/0 * * * *")]
    [InlineData("1-2-3 * * * *")]
    [InlineData("1/2/3 * * * *")]
    [InlineData("-1 * * * *")]
    [InlineData("TZ=UTC")]
    [InlineData("TZ=Moon/Base * * * * *")]
    public void What_is_no_schedule_is_refused_with_a_reason(string text)
    {
        Assert.Null(CronExpression.Parse(text, TimeZoneInfo.Utc, out var error));
        Assert.NotEmpty(error);
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
