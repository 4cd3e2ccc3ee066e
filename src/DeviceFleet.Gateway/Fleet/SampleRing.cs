using DeviceFleet.Contracts.Live;

namespace DeviceFleet.Gateway.Fleet;

/// <summary>
/// The last samples of one device, as columns: times, and a row of values for each with NaN where a metric was not in the sample. A tenth of the size of as many
/// dictionaries. Not thread-safe.
/// </summary>
internal sealed class SampleRing
{
    private const int RowsAtFirst = 16;

    private readonly List<string> _names = [];
    private long[] _times = [];
    private double[] _values = [];
    private int _start;
    private int _count;

    public int Count => _count;

    /// <summary>Adds a sample; of more than <paramref name="capacity"/> the oldest go.</summary>
    public void Add(long ts, IReadOnlyDictionary<string, double> metrics, int capacity)
    {
        Prepare(metrics, capacity);
        var row = (_start + _count) % _times.Length;
        if (_count == _times.Length)
        {
            _start = (_start + 1) % _times.Length;
        }
        else
        {
            _count++;
        }

        _times[row] = ts;
        var values = _values.AsSpan(row * _names.Count, _names.Count);
        values.Fill(double.NaN);
        foreach (var (name, value) in metrics)
        {
            values[_names.IndexOf(name)] = value;
        }
    }

    /// <summary>All of them by time, oldest first; a sample that came twice is given once.</summary>
    public IReadOnlyList<SamplePoint> Read()
    {
        var points = new List<SamplePoint>(_count);
        var rows = Enumerable.Range(0, _count).Select(i => (_start + i) % _times.Length).OrderBy(row => _times[row]);
        var last = -1;
        foreach (var row in rows)
        {
            if (last >= 0 && _times[last] == _times[row] && Row(last).SequenceEqual(Row(row)))
            {
                continue;
            }

            points.Add(new SamplePoint(_times[row], ToMetrics(Row(row))));
            last = row;
        }

        return points;
    }

    private ReadOnlySpan<double> Row(int row) => _values.AsSpan(row * _names.Count, _names.Count);

    private Dictionary<string, double> ToMetrics(ReadOnlySpan<double> values)
    {
        var metrics = new Dictionary<string, double>();
        for (var i = 0; i < values.Length; i++)
        {
            if (!double.IsNaN(values[i]))
            {
                metrics[_names[i]] = values[i];
            }
        }

        return metrics;
    }

    private void Prepare(IReadOnlyDictionary<string, double> metrics, int capacity)
    {
        var oldWidth = _names.Count;
        foreach (var name in metrics.Keys)
        {
            if (!_names.Contains(name))
            {
                _names.Add(name);
            }
        }

        var isFull = _count == _times.Length;
        var rows = _times.Length > capacity ? capacity
            : isFull && _times.Length < capacity ? Math.Min(capacity, Math.Max(RowsAtFirst, _times.Length * 2))
            : _times.Length;
        if (rows != _times.Length || _names.Count != oldWidth)
        {
            Rebuild(rows, oldWidth);
        }
    }

    private void Rebuild(int rows, int oldWidth)
    {
        var width = _names.Count;
        var times = new long[rows];
        var values = new double[rows * width];
        values.AsSpan().Fill(double.NaN);
        var keep = Math.Min(_count, rows);
        for (var i = 0; i < keep; i++)
        {
            var row = (_start + _count - keep + i) % _times.Length;
            times[i] = _times[row];
            _values.AsSpan(row * oldWidth, oldWidth).CopyTo(values.AsSpan(i * width));
        }

        (_times, _values, _start, _count) = (times, values, 0, keep);
    }
}
