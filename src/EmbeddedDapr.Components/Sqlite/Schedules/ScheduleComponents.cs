using Microsoft.Extensions.Logging;

namespace EmbeddedDapr.Components.Sqlite.Schedules;

/// <summary>Where schedules lie when no durable state store is loaded.</summary>
public static class ScheduleComponents
{
    /// <summary>Keeps them in a file of the data folder instead of in memory.</summary>
    public static ComponentCatalog AddScheduleFile(this ComponentCatalog catalog)
    {
        catalog.Schedules = static context => new ScheduleFile(ScheduleFile.PathOf(context), context.Time, context.Loggers.CreateLogger<ScheduleFile>());
        return catalog;
    }
}
