namespace DeviceFleet.Simulator.Profiles;

/// <summary>
/// One device at one moment: what a signal may depend on. Every member is a pure function of seed and time, so a run can be replayed and
/// signals of one device can share a cause (a fault, the weather, the load). Channels keep independent causes apart.
/// </summary>
internal readonly struct SignalMoment(ulong seed, long unixMs)
{
    /// <summary>Hours since the Unix epoch.</summary>
    public double Hours => unixMs / 3_600_000.0;

    /// <summary>A trait of the device that never changes, in [0, 1).</summary>
    public double Trait(ulong channel) => SeededNoise.Unit(seed, channel, 0);

    /// <summary>The day's wave, from -1 to 1, highest at <paramref name="peakHour"/> UTC.</summary>
    public double Daily(double peakHour) => Math.Cos((Hours - peakHour) / 24 * 2 * Math.PI);

    /// <summary>Sensor noise: independent at each moment, standard deviation 1, never beyond ±3.</summary>
    public double Noise(ulong channel) => SeededNoise.Bell(seed, channel, (ulong)unixMs);

    /// <summary>A smooth drift between -1 and 1 that takes a new direction once a <paramref name="period"/>.</summary>
    public double Wander(ulong channel, TimeSpan period)
    {
        var position = unixMs / period.TotalMilliseconds;
        var from = Math.Floor(position);
        var part = position - from;
        var eased = part * part * (3 - (2 * part));
        return double.Lerp(Lattice(seed, channel, from), Lattice(seed, channel, from + 1), eased);
    }

    /// <summary>
    /// An episode (a fault, a trip, an open window): time is cut into slots, each has one with the given probability, and it swells and
    /// fades within its slot. 0 outside, up to 1 at its height.
    /// </summary>
    public double Episode(ulong channel, TimeSpan slot, double probability)
    {
        var position = unixMs / slot.TotalMilliseconds;
        var index = Math.Floor(position);
        if (SeededNoise.Unit(seed, channel, (ulong)index) >= probability)
        {
            return 0;
        }

        const double ramp = 0.2;
        var part = position - index;
        return Math.Clamp(Math.Min(part, 1 - part) / ramp, 0, 1);
    }

    /// <summary>Falls from 1 to 0 over a <paramref name="period"/> and starts again; each device at its own point of it.</summary>
    public double Discharge(ulong channel, TimeSpan period)
    {
        var position = (unixMs / period.TotalMilliseconds) + Trait(channel);
        return 1 - (position - Math.Floor(position));
    }

    private static double Lattice(ulong seed, ulong channel, double index) => (2 * SeededNoise.Unit(seed, channel, (ulong)index)) - 1;
}
