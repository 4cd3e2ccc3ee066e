using DeviceFleet.Simulator.Profiles;

namespace DeviceFleet.Simulator.Tests.Profiles;

public sealed class DeviceProfileTests
{
    private const long Start = 1_780_000_000_000;

    private static readonly Dictionary<string, (double Min, double Max)> Plausible = new()
    {
        ["rpm"] = (0, 4000), ["flow"] = (0, 60), ["pressure"] = (0, 6), ["temp"] = (-20, 130), ["vibration"] = (0, 12), ["power"] = (0, 6000),
        ["target"] = (15, 25), ["humidity"] = (5, 99), ["valve"] = (0, 100), ["battery"] = (0, 100), ["rssi"] = (-110, -30),
        ["voltage"] = (195, 245), ["current"] = (0, 30), ["energy"] = (0, 100_000), ["frequency"] = (49.8, 50.2), ["speed"] = (0, 100), ["fuel"] = (0, 100),
    };

    public static TheoryData<string> Names => [.. DeviceProfile.All.Select(profile => profile.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_same_seed_and_moment_give_the_same_values_and_another_seed_others(string name)
    {
        var profile = Profile(name);

        Assert.Equal(Measure(profile, seed: 7, Start), Measure(profile, seed: 7, Start));
        Assert.NotEqual(Measure(profile, seed: 7, Start), Measure(profile, seed: 8, Start));
        Assert.NotEqual(Measure(profile, seed: 7, Start), Measure(profile, seed: 7, Start + 1000));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_week_of_values_stays_plausible_and_every_metric_moves(string name)
    {
        var profile = Profile(name);
        var week = Enumerable.Range(0, 7 * 24 * 60).Select(minute => Measure(profile, seed: 3, Start + (minute * 60_000L))).ToList();

        for (var i = 0; i < profile.Metrics.Count; i++)
        {
            var (min, max) = Plausible[profile.Metrics[i].Name];
            var values = week.Select(sample => sample[i]).ToList();
            Assert.All(values, value => Assert.InRange(value, min, max));
            Assert.True(values.Distinct().Count() > 1, $"{profile.Metrics[i].Name} of {name} stands still");
        }
    }

    [Fact]
    public void Faults_show_and_are_rare()
    {
        var profile = Profile("pump");
        var temperatures = Enumerable.Range(0, 7 * 24 * 60).Select(minute => Measure(profile, seed: 3, Start + (minute * 60_000L))[3]).ToList();

        var hot = temperatures.Count(temperature => temperature > 72) / (double)temperatures.Count;

        Assert.InRange(hot, 0.005, 0.08);
    }

    [Fact]
    public void The_energy_register_never_falls()
    {
        var profile = Profile("meter");
        var readings = Enumerable.Range(0, 24 * 60).Select(minute => Measure(profile, seed: 5, Start + (minute * 60_000L))[3]).ToList();

        Assert.Equal(readings.Order(), readings);
        Assert.InRange(readings[^1] - readings[0], 5, 25);
    }

    [Fact]
    public void Mixed_stands_for_every_profile_and_an_unknown_name_for_none()
    {
        Assert.True(DeviceProfile.TryFind("mixed", out var all));
        Assert.Equal(DeviceProfile.All, all);
        Assert.False(DeviceProfile.TryFind("toaster", out _));
    }

    [Fact]
    public void Noise_is_even_bell_shaped_and_bounded()
    {
        var even = Enumerable.Range(0, 50_000).Select(i => SeededNoise.Unit(1, 2, (ulong)i)).ToList();
        var bell = Enumerable.Range(0, 50_000).Select(i => SeededNoise.Bell(1, 2, (ulong)i)).ToList();

        Assert.InRange(even.Average(), 0.49, 0.51);
        Assert.All(even, value => Assert.InRange(value, 0, 1 - 1e-16));
        Assert.InRange(bell.Average(), -0.02, 0.02);
        Assert.InRange(Math.Sqrt(bell.Average(value => value * value)), 0.97, 1.03);
        Assert.All(bell, value => Assert.InRange(value, -3, 3));
    }

    private static DeviceProfile Profile(string name) => DeviceProfile.All.Single(profile => profile.Name == name);

    private static double[] Measure(DeviceProfile profile, ulong seed, long unixMs)
    {
        var values = new double[profile.Metrics.Count];
        profile.Measure(new SignalMoment(seed, unixMs), values);
        return values;
    }
}
