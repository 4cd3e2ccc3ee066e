namespace EmbeddedDapr.Cron;

/// <summary>Says when a cron expression is due. Immutable.</summary>
public interface ICronSchedule
{
    /// <summary>The first time after <paramref name="after"/>, in UTC; null: never, or not within the next five years.</summary>
    DateTimeOffset? Next(DateTimeOffset after);
}
