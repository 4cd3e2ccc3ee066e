namespace DeviceFleet.Simulator.Profiles;

/// <summary>An electricity meter: breakfast and evening peaks, a kettle now and then, voltage that sags with the load, a register that only rises.</summary>
internal static class MeterSignals
{
    private const double NominalVolts = 230;

    public static DeviceProfile Profile { get; } = new(
        "meter",
        [new("voltage", 1), new("current", 2), new("power", 0), new("energy", 3), new("frequency", 2)],
        Measure);

    private static void Measure(in SignalMoment moment, Span<double> values)
    {
        var baseWatts = 350 + (500 * moment.Trait(1));
        var kettle = moment.Episode(2, TimeSpan.FromMinutes(4), probability: 0.12);
        var watts = Math.Max(20, baseWatts * (1 + (0.5 * moment.Daily(peakHour: 19)) + (0.15 * moment.Wander(3, TimeSpan.FromMinutes(5)))))
            + (2000 * kettle) + (4 * moment.Noise(4));
        var sag = moment.Episode(5, TimeSpan.FromMinutes(20), probability: 0.03);
        var volts = NominalVolts + (2.5 * moment.Wander(6, TimeSpan.FromMinutes(30))) - (watts / 1500) - (26 * sag) + (0.2 * moment.Noise(7));

        values[0] = volts;
        values[1] = watts / volts;
        values[2] = watts;
        values[3] = EnergyKwh(moment, baseWatts);
        values[4] = 50 + (0.03 * moment.Wander(8, TimeSpan.FromMinutes(2))) + (0.004 * moment.Noise(9));
    }

    /// <summary>The integral of the daily load (without kettles): what keeps the register rising, whenever it is asked.</summary>
    private static double EnergyKwh(in SignalMoment moment, double baseWatts)
    {
        const double hoursAtInstallation = 482_000; // early 2025
        var hours = moment.Hours - hoursAtInstallation;
        var wave = 0.5 * 24 / (2 * Math.PI) * moment.Daily(peakHour: 19 + 6); // the cosine's integral lags by a quarter of a day
        return (1000 * moment.Trait(10)) + (baseWatts / 1000 * (hours + wave));
    }
}
