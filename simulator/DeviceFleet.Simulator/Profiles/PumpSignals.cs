namespace DeviceFleet.Simulator.Profiles;

/// <summary>A water pump: load follows the day, and now and then a bearing runs hot or the inlet clogs.</summary>
internal static class PumpSignals
{
    public static DeviceProfile Profile { get; } = new(
        "pump",
        [new("rpm", 0), new("flow", 1), new("pressure", 2), new("temp", 1), new("vibration", 2), new("power", 2)],
        Measure);

    private static void Measure(in SignalMoment moment, Span<double> values)
    {
        var load = Math.Clamp(0.65 + (0.15 * moment.Daily(peakHour: 18)) + (0.08 * moment.Wander(1, TimeSpan.FromMinutes(7))), 0.2, 1);
        var hotBearing = moment.Episode(2, TimeSpan.FromMinutes(10), probability: 0.05);
        var clogged = moment.Episode(3, TimeSpan.FromMinutes(6), probability: 0.04);
        var rated = 1450 + (100 * moment.Trait(4));

        var rpm = (rated * (0.7 + (0.3 * load)) * (1 - (0.1 * hotBearing))) + (4 * moment.Noise(5));
        var flow = Math.Max(0, (42 * load * (1 - (0.7 * clogged))) + (0.3 * moment.Noise(6)));
        values[0] = rpm;
        values[1] = flow;
        values[2] = Math.Max(0, 3.2 + (1.1 * load) - (1.6 * clogged) + (0.03 * moment.Noise(7)));
        values[3] = 38 + (14 * load) + (5 * moment.Trait(8)) + (34 * hotBearing) + (0.2 * moment.Noise(9));
        values[4] = Math.Max(0, 1.4 + (0.8 * load) + (5.5 * hotBearing) + (1.2 * clogged) + (0.12 * moment.Noise(10)));
        values[5] = Math.Max(0, 1.1 + (3.6 * load) + (0.9 * hotBearing) + (0.04 * moment.Noise(11)));
    }
}
