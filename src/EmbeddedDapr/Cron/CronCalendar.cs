namespace EmbeddedDapr.Cron;

/// <summary>
/// Due at the times of a clock on the wall. A day has to match the day of the month and the weekday; if both fields restrict, one is enough. Times that daylight
/// saving leaves out are skipped, those that come twice are due twice, as in robfig/cron.
/// </summary>
internal sealed class CronCalendar(CronField seconds, CronField minutes, CronField hours, CronField days, CronField months, CronField weekdays, TimeZoneInfo zone)
    : ICronSchedule
{
    private const int YearsMax = 5;

    /// <inheritdoc/>
    public DateTimeOffset? Next(DateTimeOffset after)
    {
        if (after.Year > DateTime.MaxValue.Year - YearsMax - 1)
        {
            return null;
        }

        var time = after.UtcDateTime;
        var last = time.AddYears(YearsMax);
        time = time.AddTicks(TimeSpan.TicksPerSecond - (time.Ticks % TimeSpan.TicksPerSecond));

        // Each round goes to the next value of the coarsest field that does not match, so a search takes one round for a day at the most.
        while (time <= last)
        {
            var wall = TimeZoneInfo.ConvertTimeFromUtc(time, zone);
            if (!IsDay(wall))
            {
                time = NextDay(time, wall);
            }
            else if (!hours.Has(wall.Hour))
            {
                time = time.AddSeconds(3600 - (wall.Minute * 60) - wall.Second);
            }
            else if (!minutes.Has(wall.Minute))
            {
                time = time.AddSeconds(60 - wall.Second);
            }
            else if (!seconds.Has(wall.Second))
            {
                time = time.AddSeconds(1);
            }
            else
            {
                return new DateTimeOffset(time, TimeSpan.Zero);
            }
        }

        return null;
    }

    private bool IsDay(DateTime wall)
    {
        if (!months.Has(wall.Month))
        {
            return false;
        }

        var (day, weekday) = (days.Has(wall.Day), weekdays.Has((int)wall.DayOfWeek));
        return days.IsAny || weekdays.IsAny ? day && weekday : day || weekday;
    }

    /// <summary>The begin of the next day, which may be 23 or 25 hours after that of this one, and need not be midnight.</summary>
    private DateTime NextDay(DateTime time, DateTime wall)
    {
        var next = time + (TimeSpan.FromDays(1) - wall.TimeOfDay);
        var landed = TimeZoneInfo.ConvertTimeFromUtc(next, zone);
        if (landed.Date == wall.Date || landed.TimeOfDay == TimeSpan.Zero)
        {
            return next;
        }

        var begin = next - landed.TimeOfDay;
        return TimeZoneInfo.ConvertTimeFromUtc(begin, zone).Date == landed.Date ? begin : next;
    }
}
