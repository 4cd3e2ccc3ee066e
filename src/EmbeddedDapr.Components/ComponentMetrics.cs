using System.Diagnostics.Metrics;

namespace EmbeddedDapr.Components;

/// <summary>Counters of the built-in components.</summary>
internal static class ComponentMetrics
{
    public const string MeterName = "EmbeddedDapr.Components";

    private static readonly Meter Meter = new(MeterName);

    /// <summary>Messages given up after their last attempt, not dead-lettered.</summary>
    public static Counter<long> Dropped { get; } =
        Meter.CreateCounter<long>("embeddeddapr.pubsub.dropped", "{message}", "Messages given up after their last attempt");

    /// <summary>Messages that a retention limit deleted before every known consumer had settled them.</summary>
    public static Counter<long> Expired { get; } =
        Meter.CreateCounter<long>("embeddeddapr.pubsub.expired", "{message}", "Messages deleted by a retention limit before every consumer had them");

    /// <summary>Commits of SQLite files.</summary>
    public static Counter<long> Commits { get; } = Meter.CreateCounter<long>("embeddeddapr.sqlite.commits", "{commit}", "Commits of SQLite files");

    /// <summary>Units of work in those commits.</summary>
    public static Counter<long> Units { get; } = Meter.CreateCounter<long>("embeddeddapr.sqlite.units", "{unit}", "Units of work in the commits of SQLite files");
}
