using System.Collections.Concurrent;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;

namespace DeviceFleet.Provisioning.Tests.Sagas.Exploration;

internal static class Paths
{
    public static DeviceId Device { get; } = DeviceId.Parse("pump-1");
}

/// <summary>
/// Every way that a saga can go: the real workflows by the real replay, the real activities, the identity's real transitions, and one fault at each place where there can be one.
/// </summary>
public sealed class ExplorationTests(ITestOutputHelper output)
{
    [Fact]
    public void Whatever_goes_wrong_a_saga_ends_done_or_compensated_and_leaves_nothing_halfway()
    {
        var (done, compensated) = Explore(Situation.All, faultsMax: 1, Enum.GetValues<Fate>());

        // Fewer mean that something is not looked at any more.
        Assert.True(done >= 2_100 && compensated >= 7_600, $"{done} done, {compensated} compensated");
    }

    /// <summary>Two faults of the kinds that are worst together: the process ends, or something hangs and comes late.</summary>
    [Fact]
    public void Two_crashes_or_late_calls_leave_nothing_halfway_either()
    {
        if (Environment.GetEnvironmentVariable("DEVICEFLEET_LONG_TESTS") != "1")
        {
            Assert.Skip("long: set DEVICEFLEET_LONG_TESTS=1");
        }

        var (done, compensated) = Explore([Situation.All[0]], faultsMax: 2, [Fate.Fine, Fate.Crashes, Fate.Hangs]);
        Assert.True(done > 0 && compensated > 0, $"{done} done, {compensated} compensated");
    }

    private (int Done, int Compensated) Explore(IReadOnlyList<Situation> situations, int faultsMax, Fate[] fates)
    {
        var counts = new ConcurrentDictionary<(string Name, SagaState End), int>();
        var faults = new ConcurrentQueue<string>();
        Parallel.ForEach(situations, new ParallelOptions { MaxDegreeOfParallelism = 2 }, situation => Explore(situation, faultsMax, fates, counts, faults));

        foreach (var ((name, state), count) in counts.OrderBy(entry => entry.Key))
        {
            output.WriteLine($"{name}: {count} {state}");
        }

        var done = counts.Where(entry => entry.Key.End == SagaState.Done).Sum(entry => entry.Value);
        var compensated = counts.Where(entry => entry.Key.End == SagaState.Compensated).Sum(entry => entry.Value);
        output.WriteLine($"explored {done + compensated} paths: {done} done, {compensated} compensated");
        Assert.True(faults.IsEmpty, string.Join(Environment.NewLine, faults.Take(20)));
        return (done, compensated);
    }

    private static void Explore(Situation situation, int faultsMax, Fate[] fates, ConcurrentDictionary<(string, SagaState), int> counts, ConcurrentQueue<string> faults)
    {
        for (var script = new Script([]); script is not null; script = script.Next())
        {
            try
            {
                using var path = new SagaPath(script, situation, faultsMax, fates);
                var end = path.Run();
                counts.AddOrUpdate((situation.Name, end.State), 1, static (_, count) => count + 1);
                foreach (var fault in situation.Faults(path, end))
                {
                    faults.Enqueue($"{situation.Name}: {script} => {end.State}: {fault}");
                }
            }
            catch (InvalidOperationException failure)
            {
                faults.Enqueue($"{situation.Name}: {script} => {failure.Message} {failure.InnerException?.InnerException?.Message}");
            }
        }
    }
}
