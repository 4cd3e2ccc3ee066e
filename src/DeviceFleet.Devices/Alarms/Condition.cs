using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Devices.Alarms;

/// <summary>A condition made ready to be asked often. Pure and immutable.</summary>
internal sealed class Condition
{
    private readonly Comparison _op;
    private readonly double _value;
    private readonly double _low;
    private readonly double _high;
    private readonly bool _isNegated;

    /// <summary>A condition as the rule writes it.</summary>
    public Condition(RuleCondition source)
        : this(source, isNegated: false, back: 0, forMs: Ms(source.For), count: source.Count ?? 1, withinMs: Ms(source.Within))
    {
    }

    private Condition(RuleCondition source, bool isNegated, double back, long forMs, int count, long withinMs)
    {
        Kind = source.Kind;
        Metric = source.Metric;
        ForMs = forMs;
        Count = count;
        WithinMs = withinMs;
        _isNegated = isNegated;
        _op = source.Op ?? Comparison.Above;
        _value = (source.Value ?? 0) + (_op is Comparison.Below or Comparison.AtMost ? back : -back);
        _low = (source.Low ?? double.NegativeInfinity) + back;
        _high = (source.High ?? double.PositiveInfinity) - back;
    }

    public ConditionKind Kind { get; }

    /// <summary>Null: any sample, absence only.</summary>
    public string? Metric { get; }

    /// <summary>How long it has to hold, milliseconds; 0: at once.</summary>
    public long ForMs { get; }

    /// <summary>How many samples have to say so; 1: the first decides.</summary>
    public int Count { get; }

    /// <summary>Within how long, milliseconds; only with a count above 1.</summary>
    public long WithinMs { get; }

    /// <summary>When a rule without a clear condition of its own clears: its condition is no longer the case, and the value went back by the hysteresis. At once.</summary>
    public static Condition NoLonger(RuleCondition when, double hysteresis) => new(when, isNegated: true, hysteresis, forMs: 0, count: 1, withinMs: 0);

    /// <summary>Whether a sample says anything to this condition, and with what value.</summary>
    public bool Sees(TelemetrySample sample, out double value)
    {
        value = 0;
        return Metric is null || sample.Metrics.TryGetValue(Metric, out value);
    }

    /// <summary>Whether the value says that it is the case. Threshold and range.</summary>
    public bool Holds(double value) => _isNegated != (Kind == ConditionKind.Range ? value < _low || value > _high : Compare(value));

    /// <summary>Whether the change between two samples says that it is the case; the later one is later by at least a millisecond.</summary>
    public bool Holds(EvidenceSample before, EvidenceSample after) =>
        _isNegated != Compare((after.Value!.Value - before.Value!.Value) / ((after.Ts - before.Ts) / 1000.0));

    private bool Compare(double value) => _op switch
    {
        Comparison.Above => value > _value,
        Comparison.AtLeast => value >= _value,
        Comparison.Below => value < _value,
        Comparison.AtMost => value <= _value,
        Comparison.Equal => value == _value,
        Comparison.NotEqual => value != _value,
    };

    private static long Ms(TimeSpan? time) => (long)(time ?? TimeSpan.Zero).TotalMilliseconds;
}
