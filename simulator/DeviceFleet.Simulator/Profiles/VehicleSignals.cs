namespace DeviceFleet.Simulator.Profiles;

/// <summary>A delivery van: trips with stops between, an engine that warms up under way, a starter battery that sags when parked.</summary>
internal static class VehicleSignals
{
    public static DeviceProfile Profile { get; } = new(
        "vehicle",
        [new("speed", 0), new("rpm", 0), new("temp", 1), new("fuel", 1), new("battery", 2), new("rssi", 0)],
        Measure);

    private static void Measure(in SignalMoment moment, Span<double> values)
    {
        var trip = moment.Episode(1, TimeSpan.FromMinutes(9), probability: 0.75);
        var traffic = 0.5 + (0.5 * moment.Wander(2, TimeSpan.FromSeconds(40)));
        var speed = Math.Max(0, trip * ((78 * traffic) + (1.5 * moment.Noise(3))));
        var overheating = moment.Episode(4, TimeSpan.FromMinutes(15), probability: 0.03);
        var running = trip > 0;

        values[0] = speed;
        values[1] = running ? 780 + (24 * speed) + (20 * moment.Noise(5)) : 0;
        values[2] = 24 + (64 * Math.Sqrt(trip)) + (26 * overheating * trip) + (0.3 * moment.Noise(6));
        values[3] = 4 + (92 * moment.Discharge(7, TimeSpan.FromHours(9)));
        values[4] = (running ? 14.1 : 12.4 + (0.3 * moment.Trait(8))) + (0.03 * moment.Noise(9));
        values[5] = Math.Clamp(-74 + (16 * moment.Wander(10, TimeSpan.FromSeconds(90))) + (2 * moment.Noise(11)), -110, -40);
    }
}
