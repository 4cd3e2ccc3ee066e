using System.Diagnostics;
using System.Globalization;
using HdrHistogram;

namespace DeviceFleet.Benchmarks;

/// <summary>So many callers, each with one call under way at a time.</summary>
internal static class ClosedLoop
{
    private const double MicrosecondsPerTick = 1_000_000.0;
    private const long HighestMicroseconds = 60_000_000;

    /// <summary>Runs for the time given, after a tenth of it to warm up.</summary>
    /// <param name="callers">Callers.</param>
    /// <param name="duration">Measured time.</param>
    /// <param name="call">One call of a caller; the second argument counts its calls.</param>
    /// <param name="operations">What one call counts for.</param>
    public static async Task<LoopResult> RunAsync(int callers, TimeSpan duration, Func<int, long, ValueTask> call, int operations = 1)
    {
        await LoopAsync(callers, duration / 10, call, null);
        var histograms = Enumerable.Range(0, callers).Select(_ => new LongHistogram(HighestMicroseconds, 3)).ToArray();
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        var start = Stopwatch.GetTimestamp();
        await LoopAsync(callers, duration, call, histograms);
        var elapsed = Stopwatch.GetElapsedTime(start);
        cpu = Process.GetCurrentProcess().TotalProcessorTime - cpu;
        var all = new LongHistogram(HighestMicroseconds, 3);
        Array.ForEach(histograms, all.Add);
        return new LoopResult(callers, all.TotalCount * operations, elapsed, cpu, all);
    }

    private static Task LoopAsync(int callers, TimeSpan duration, Func<int, long, ValueTask> call, LongHistogram[]? histograms)
    {
        var start = Stopwatch.GetTimestamp();
        return Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            for (long i = 0; Stopwatch.GetElapsedTime(start) < duration; i++)
            {
                var began = Stopwatch.GetTimestamp();
                await call(caller, i);
                histograms?[caller].RecordValue(Math.Max(1, (long)((Stopwatch.GetTimestamp() - began) * MicrosecondsPerTick / Stopwatch.Frequency)));
            }
        })));
    }
}

/// <summary>What a loop did.</summary>
internal sealed record LoopResult(int Callers, long Operations, TimeSpan Elapsed, TimeSpan Cpu, HistogramBase Microseconds)
{
    public double PerSecond => Operations / Elapsed.TotalSeconds;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Callers,4} callers  {PerSecond,9:N0}/s  p50 {Microseconds.GetValueAtPercentile(50) / 1000.0,8:N2} ms  p99 {Microseconds.GetValueAtPercentile(99) / 1000.0,8:N2} ms  cpu {Cpu.TotalMicroseconds / Operations,6:N1} us");
}
