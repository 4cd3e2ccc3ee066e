using CsCheck;
using DeviceFleet.Gateway.Fleet;

namespace DeviceFleet.Gateway.Tests.Fleet;

public sealed class SampleRingTests
{
    [Fact]
    public void It_gives_the_newest_of_what_it_was_given_by_time_whatever_metrics_come_and_go()
    {
        var sample = Gen.Select(Gen.Int[0, 3], Gen.Double[-100, 100], Gen.Int[1, 40]);
        sample.List[0, 200].Sample(
            samples =>
            {
                var ring = new SampleRing();
                var all = new List<(long Ts, string Name, double Value)>();
                var kept = 0;
                var ts = 0L;
                foreach (var (metric, value, capacity) in samples)
                {
                    ts++;
                    ring.Add(ts, new Dictionary<string, double> { [$"m{metric}"] = value }, capacity);
                    all.Add((ts, $"m{metric}", value));
                    kept = Math.Min(kept + 1, capacity);

                    Assert.True(ring.Count <= capacity);
                    var read = ring.Read();
                    var expected = all.TakeLast(read.Count).ToList();
                    Assert.Equal(expected, read.Select(point => (point.Ts, point.Metrics.Single().Key, point.Metrics.Single().Value)));
                }
            },
            iter: 300);
    }

    [Fact]
    public void It_keeps_as_many_as_it_may()
    {
        var ring = new SampleRing();
        for (var i = 0; i < 1_000; i++)
        {
            ring.Add(i, new Dictionary<string, double> { ["t"] = i }, 600);
        }

        Assert.Equal(600, ring.Count);
        Assert.Equal(Enumerable.Range(400, 600).Select(i => (long)i), ring.Read().Select(point => point.Ts));
    }

    [Fact]
    public void Late_samples_are_put_in_their_place_and_repeated_ones_given_once()
    {
        var ring = new SampleRing();
        foreach (var ts in new long[] { 1, 3, 2, 3 })
        {
            ring.Add(ts, new Dictionary<string, double> { ["t"] = ts }, 600);
        }

        Assert.Equal([1, 2, 3], ring.Read().Select(point => point.Ts));
    }
}
