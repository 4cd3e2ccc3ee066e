namespace EmbeddedDapr.Server.Metrics;

/// <summary>The sum of one series. Thread safe.</summary>
internal sealed class MetricSeries(string labels, IReadOnlyList<double> buckets)
{
    private readonly Lock _gate = new();
    private readonly long[] _counts = new long[buckets.Count];
    private long _count;
    private double _value;

    /// <summary><c>name="value"</c>, comma after comma, sorted by name; without braces.</summary>
    public string Labels => labels;

    public void Measure(MetricKind kind, double value)
    {
        lock (_gate)
        {
            _count++;
            _value = kind == MetricKind.Gauge ? value : _value + value;
            for (var index = 0; index < _counts.Length; index++)
            {
                if (value <= buckets[index])
                {
                    _counts[index]++;
                    break;
                }
            }
        }
    }

    /// <summary>How many measurements, their sum (of a gauge: the last), and how many fell into each bucket alone.</summary>
    public (long Count, double Value, long[] Counts) Read()
    {
        lock (_gate)
        {
            return (_count, _value, (long[])_counts.Clone());
        }
    }
}
