namespace DeviceFleet.Simulator.Profiles;

/// <summary>
/// Randomness without state: a number from a seed and coordinates, the same one each time it is asked (the finaliser of SplitMix64).
/// Ten thousand devices hold no generator, and a value does not depend on how many were drawn before it.
/// </summary>
internal static class SeededNoise
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    /// <summary>A seed for one part of what <paramref name="seed"/> rules.</summary>
    public static ulong Derive(ulong seed, ulong part) => Mix(Mix(seed) + (Golden * (part + 1)));

    /// <summary>Even over [0, 1).</summary>
    public static double Unit(ulong seed, ulong channel, ulong index) => (Derive(Derive(seed, channel), index) >> 11) * (1.0 / (1UL << 53));

    /// <summary>Bell-shaped around 0 with a standard deviation of 1, never beyond ±3.</summary>
    public static double Bell(ulong seed, ulong channel, ulong index)
    {
        // The sum of 12 even draws less 6 has variance 1 (Irwin–Hall); three draws scaled to it are close enough for a sensor, and bounded.
        var bits = Derive(Derive(seed, channel), index);
        var sum = 0.0;
        for (var i = 0; i < 3; i++)
        {
            sum += ((bits >> (i * 21)) & 0x1FFFFF) / (double)0x200000;
        }

        return (sum - 1.5) * 2;
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
