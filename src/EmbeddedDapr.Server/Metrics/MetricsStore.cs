using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using EmbeddedDapr.Diagnostics;

namespace EmbeddedDapr.Server.Metrics;

/// <summary>How much is kept, and how finely.</summary>
internal sealed record MetricsStoreOptions
{
    /// <summary>Most series of one name, 10,000 by default; measurements of further ones are dropped, and counted. Labels may hold paths, of which there is no end.</summary>
    public int SeriesMax { get; init; } = 10_000;

    /// <summary>Upper bounds of latency histograms in milliseconds, ascending; daprd's by default.</summary>
    public IReadOnlyList<double> LatencyBuckets { get; init; } =
        [1, 2, 3, 4, 5, 6, 8, 10, 13, 16, 20, 25, 30, 40, 50, 65, 80, 100, 130, 160, 200, 250, 300, 400, 500, 650, 800, 1000, 2000, 5000, 10000, 20000, 50000, 100000];

    /// <summary>Upper bounds of size histograms in bytes, ascending; daprd's by default.</summary>
    public IReadOnlyList<double> SizeBuckets { get; init; } =
        [1024, 2048, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864, 268435456, 1073741824, 4294967296];
}

/// <summary>
/// Listens to the runtime's meter and keeps the sums until they are read. Libraries for this exist and do not fit: they give names and suffixes of their own, where tools expect daprd's
/// letter by letter. Thread safe.
/// </summary>
internal sealed class MetricsStore : IDisposable
{
    private const string Bytes = "By";
    private readonly ConcurrentDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();

    /// <summary>Listens from now on.</summary>
    public MetricsStore(MetricsStoreOptions options)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == RuntimeInstruments.MeterName)
            {
                var buckets = instrument is Histogram<double> ? instrument.Unit == Bytes ? options.SizeBuckets : options.LatencyBuckets : null;
                listener.EnableMeasurementEvents(instrument, _families.GetOrAdd(instrument.Name, _ => new MetricFamily(instrument, buckets, options.SeriesMax)));
            }
        };
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, family) => ((MetricFamily)family!).Measure(value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, family) => ((MetricFamily)family!).Measure(value, tags));
        _listener.Start();
    }

    /// <summary>Every name that was measured, sorted.</summary>
    public IEnumerable<MetricFamily> Families => _families.Values.Where(family => !family.IsEmpty).OrderBy(family => family.Name, StringComparer.Ordinal);

    public void Dispose() => _listener.Dispose();
}
