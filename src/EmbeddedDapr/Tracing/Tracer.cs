using System.Diagnostics;
using System.Globalization;
using EmbeddedDapr.Runtime.Configuration;

namespace EmbeddedDapr.Tracing;

/// <summary>
/// Gives each call of the API its span (contract section 10.1). Without a sampling rate a caller's trace is passed on as it is and there is none without one; with a rate
/// above zero each call is a span of its own, in the caller's trace or, as often as the rate says, in a new one. Thread safe.
/// </summary>
public sealed class Tracer
{
    private readonly double? _rate;
    private readonly Lock _gate = new();
    private readonly Random _random;

    /// <summary>Makes a tracer.</summary>
    /// <param name="configuration"><c>spec.tracing</c>; null: nothing said.</param>
    /// <param name="random">Decides which traces are sampled.</param>
    public Tracer(TracingConfiguration? configuration, Random random)
    {
        _random = random;
        if (configuration?.SamplingRate is { Length: > 0 } text && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var rate) && double.IsFinite(rate))
        {
            _rate = Math.Clamp(rate, 0, 1);
        }
    }

    /// <summary>Sampling rate 0: calls are not traced, and answers say nothing about traces.</summary>
    public bool IsOff => _rate == 0;

    /// <summary>The span of a call; default: none.</summary>
    /// <param name="parent">The caller's; default: it has none.</param>
    public TraceParent Begin(TraceParent parent)
    {
        if (_rate is not > 0)
        {
            return parent;
        }

        if (parent.Trace != default)
        {
            return parent with { Span = ActivitySpanId.CreateRandom() };
        }

        return Samples() ? new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), 1) : default;
    }

    private bool Samples()
    {
        lock (_gate)
        {
            return _random.NextDouble() < _rate;
        }
    }
}
