namespace DeviceFleet.Simulator.Profiles;

/// <summary>A room thermostat on battery and radio: a setback at night, a window left open at times.</summary>
internal static class ThermostatSignals
{
    public static DeviceProfile Profile { get; } = new(
        "thermostat",
        [new("temp", 2), new("target", 1), new("humidity", 1), new("valve", 0), new("battery", 1), new("rssi", 0)],
        Measure);

    private static void Measure(in SignalMoment moment, Span<double> values)
    {
        var target = moment.Daily(peakHour: 15) > -0.5 ? 20.5 + Math.Round(2 * moment.Trait(1)) / 2 : 17;
        var openWindow = moment.Episode(2, TimeSpan.FromMinutes(12), probability: 0.06);
        var room = target + (0.6 * moment.Wander(3, TimeSpan.FromMinutes(15))) - (6 * openWindow);

        values[0] = room + (0.05 * moment.Noise(4));
        values[1] = target;
        values[2] = Math.Clamp(46 + (9 * moment.Wander(5, TimeSpan.FromHours(2))) - (12 * openWindow) + (0.4 * moment.Noise(6)), 5, 99);
        values[3] = Math.Clamp(35 + (40 * (target - room)), 0, 100);
        values[4] = 100 * moment.Discharge(7, TimeSpan.FromDays(400));
        values[5] = Math.Clamp(-62 - (18 * moment.Trait(8)) + (2 * moment.Noise(9)), -95, -30);
    }
}
