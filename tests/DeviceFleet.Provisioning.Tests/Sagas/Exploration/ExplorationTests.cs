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
        var counts = new ConcurrentDictionary<(string, SagaState), int>();
        var faults = new ConcurrentQueue<string>();
        Parallel.ForEach(Situation.All, new ParallelOptions { MaxDegreeOfParallelism = 2 }, situation => Explore(situation, faultsMax: 1, counts, faults));

        foreach (var ((name, state), count) in counts.OrderBy(entry => entry.Key))
        {
            output.WriteLine($"{name}: {count} {state}");
        }

        var done = counts.Where(entry => entry.Key.Item2 == SagaState.Done).Sum(entry => entry.Value);
        var compensated = counts.Where(entry => entry.Key.Item2 == SagaState.Compensated).Sum(entry => entry.Value);
        output.WriteLine($"explored {done + compensated} paths: {done} done, {compensated} compensated");
        Assert.True(faults.IsEmpty, string.Join(Environment.NewLine, faults.Take(20)));

        // 6,796 when this was written: fewer means that something is not looked at any more.
        Assert.True(done >= 2_100 && compensated >= 4_600, $"{done} done, {compensated} compensated");
    }

    private static void Explore(Situation situation, int faultsMax, ConcurrentDictionary<(string, SagaState), int> counts, ConcurrentQueue<string> faults)
    {
        for (var script = new Script([]); script is not null; script = script.Next())
        {
            try
            {
                using var path = new SagaPath(script, situation, faultsMax);
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
