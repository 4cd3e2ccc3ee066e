namespace DeviceFleet.Conformance;

/// <summary>
/// Each scenario is played against the program, and what it answers and calls is compared with what <c>daprd</c> did. A listed deviation must
/// still be one; it is then reported as skipped, with its reason.
/// </summary>
public abstract class AreaTests(Replayer replayer, string area)
{
    /// <summary>How often a scenario is played whose times alone differ: what is late on a busy machine is late once, what is late by fault is so each time.</summary>
    private const int PlaysMax = 3;

    protected async Task PlayAsync(string scenario)
    {
        var reason = Deviations.Reasons.GetValueOrDefault(scenario);
        var replay = await replayer.ReplayAsync(scenario, TestContext.Current.CancellationToken);
        for (var plays = 1; replay.Result == "different" && reason is null && (plays == 1 || (plays < PlaysMax && replay.DiffersInTimesOnly)); plays++)
        {
            replay = await replayer.ReplayAloneAsync(scenario, TestContext.Current.CancellationToken);
        }

        replayer.Summary.Add(area, scenario, reason is not null && replay.Result == "different" ? "deliberate" : replay.Result, replay.Seconds);
        if (replay.Result == "unavailable")
        {
            Assert.SkipUnless(Kit.MustRun && !replay.IsAlways, replay.Why!);
            Assert.Fail(replay.Why!);
        }

        if (reason is not null)
        {
            Assert.False(replay.Result == "equal", "equal to the recording now: take it off deviations.json");
            Assert.Skip("deliberate: " + reason);
        }

        Assert.True(replay.Differences is [], string.Join('\n', replay.Differences ?? []));
    }
}
