using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace EmbeddedDapr.Server.Metrics;

/// <summary>How a family is summed.</summary>
internal enum MetricKind
{
    /// <summary>Only rises.</summary>
    Counter,

    /// <summary>The last value counts.</summary>
    Gauge,

    /// <summary>Counts by size, and the sum.</summary>
    Histogram,
}

/// <summary>All series of one name. Measuring a series that exists allocates nothing.</summary>
internal sealed class MetricFamily
{
    private const char Separator = '\u001f';
    private readonly ConcurrentDictionary<string, MetricSeries> _series = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, MetricSeries>.AlternateLookup<ReadOnlySpan<char>> _byLabels;
    private readonly int _seriesMax;
    private long _dropped;

    public MetricFamily(Instrument instrument, IReadOnlyList<double>? buckets, int seriesMax)
    {
        Name = instrument.Name;
        Description = instrument.Description ?? string.Empty;
        Kind = instrument switch { Histogram<double> => MetricKind.Histogram, Gauge<long> => MetricKind.Gauge, _ => MetricKind.Counter };
        Buckets = buckets ?? [];
        _seriesMax = seriesMax;
        _byLabels = _series.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public string Name { get; }

    public string Description { get; }

    public MetricKind Kind { get; }

    /// <summary>Upper bounds, ascending; empty: no histogram.</summary>
    public IReadOnlyList<double> Buckets { get; }

    public bool IsEmpty => _series.IsEmpty;

    /// <summary>Measurements of series beyond the bound.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Every series, sorted by its labels.</summary>
    public IEnumerable<MetricSeries> Series => _series.Values.OrderBy(series => series.Labels, StringComparer.Ordinal);

    public void Measure(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var length = 0;
        foreach (var tag in tags)
        {
            length += ((string)tag.Value!).Length + 1;
        }

        // The names are the same for each measurement of one instrument, so that the values alone tell series apart.
        var key = ArrayPool<char>.Shared.Rent(length);
        var end = 0;
        foreach (var tag in tags)
        {
            var text = (string)tag.Value!;
            text.CopyTo(key.AsSpan(end));
            end += text.Length;
            key[end++] = Separator;
        }

        if (!_byLabels.TryGetValue(key.AsSpan(0, end), out var series) && _series.Count < _seriesMax)
        {
            series = _series.GetOrAdd(new string(key, 0, end), static (_, made) => new MetricSeries(made.Labels, made.Buckets), (Labels: MetricLabels.Render(tags), Buckets));
        }

        ArrayPool<char>.Shared.Return(key);
        if (series is null)
        {
            Interlocked.Increment(ref _dropped);
        }
        else
        {
            series.Measure(Kind, value);
        }
    }
}
