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
    /// <summary>
    /// How many paths there are. They are sums over places. At each call to the world: one path where it fails once, one where the process ends, one each for the three moments at which what hangs goes
    /// on, one where it is refused if it may be; where it stays broken one for each choice of the operator, of which a retry in vain asks him once more, and in what is tried without end one. At each
    /// end of an activity: its result is lost, the process ends, it hangs (three), it comes twice; or a person wants everything taken back, and then all this once more at each place of the taking
    /// back. Each times what the device, and who approves, does after it: two choices, and all of them where nothing else went wrong. So a saga that waits for an approval has more than one that
    /// does not, and one that waits for nobody the fewest. Other numbers mean that steps, calls or choices came or went: look, then write them here.
    /// </summary>
    private static readonly string[] Counts =
    [
        "decommission: 300 Done, 373 Compensated",
        "known device: 465 Done, 1758 Compensated",
        "new device, approval: 565 Done, 2967 Compensated",
        "new device: 465 Done, 1674 Compensated",
        "rotation: 328 Done, 889 Compensated",
    ];

    [Fact]
    public void Whatever_goes_wrong_a_saga_ends_done_or_compensated_and_leaves_nothing_halfway() => Assert.Equal(Counts, Explore(Situation.All, faultsMax: 1, Enum.GetValues<Fate>()));

    /// <summary>Two faults of the kinds that are worst together: the process ends, or something hangs and comes late.</summary>
    [Fact]
    public void Two_crashes_or_late_calls_leave_nothing_halfway_either()
    {
        if (Environment.GetEnvironmentVariable("DEVICEFLEET_LONG_TESTS") != "1")
        {
            Assert.Skip("long: set DEVICEFLEET_LONG_TESTS=1");
        }

        Assert.Single(Explore([Situation.All[0]], faultsMax: 2, [Fate.Fine, Fate.Crashes, Fate.Hangs]));
    }

    private string[] Explore(IReadOnlyList<Situation> situations, int faultsMax, Fate[] fates)
    {
        var counts = new ConcurrentDictionary<(string Name, SagaState End), int>();
        var faults = new ConcurrentQueue<string>();
        Parallel.ForEach(situations, new ParallelOptions { MaxDegreeOfParallelism = 2 }, situation => Explore(situation, faultsMax, fates, counts, faults));

        string[] lines = [.. situations.Select(situation => $"{situation.Name}: {Of(situation, SagaState.Done)} Done, {Of(situation, SagaState.Compensated)} Compensated").Order(StringComparer.Ordinal)];
        var (done, compensated) = (situations.Sum(situation => Of(situation, SagaState.Done)), situations.Sum(situation => Of(situation, SagaState.Compensated)));
        output.WriteLine(string.Join(Environment.NewLine, [.. lines, $"explored {done + compensated} paths: {done} done, {compensated} compensated"]));
        Assert.True(faults.IsEmpty, string.Join(Environment.NewLine, faults.Take(20)));
        return lines;

        int Of(Situation situation, SagaState end) => counts.GetValueOrDefault((situation.Name, end));
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
