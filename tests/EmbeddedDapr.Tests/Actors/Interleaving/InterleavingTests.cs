using System.Globalization;

namespace EmbeddedDapr.Tests.Actors.Interleaving;

/// <summary>
/// Calls, chains, cancellations, timers, reminders and deactivations in every order that a seed can think of. <c>DEVICEFLEET_SEED</c> runs one seed alone, which prints what
/// happened; <c>DEVICEFLEET_LONG_TESTS=1</c> tries fifty times as many.
/// </summary>
public sealed class InterleavingTests
{
    private static readonly int Seeds = Environment.GetEnvironmentVariable("DEVICEFLEET_LONG_TESTS") == "1" ? 50_000 : 1_000;
    private const int Steps = 80;
    private const int TranscriptMax = 200;

    [Fact]
    public void Whatever_the_order_turns_are_alone_in_line_and_alive_and_nothing_is_lost()
    {
        var only = Environment.GetEnvironmentVariable("DEVICEFLEET_SEED");
        var seeds = only is null ? Enumerable.Range(1, Seeds) : [int.Parse(only, CultureInfo.InvariantCulture)];
        foreach (var seed in seeds)
        {
            using var scenario = new Scenario(seed);
            scenario.Run(Steps);
            if (scenario.Fault is { } fault)
            {
                Assert.Fail($"seed {seed}: {fault}\n{string.Join('\n', scenario.Transcript.TakeLast(TranscriptMax))}");
            }
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_run()
    {
        Assert.Equal(Transcript(7), Transcript(7));

        static string[] Transcript(int seed)
        {
            using var scenario = new Scenario(seed);
            scenario.Run(Steps);
            return [.. scenario.Transcript];
        }
    }
}
