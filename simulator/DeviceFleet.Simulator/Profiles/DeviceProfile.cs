using System.Diagnostics.CodeAnalysis;

namespace DeviceFleet.Simulator.Profiles;

/// <summary>One metric of a profile.</summary>
/// <param name="Name">As it stands in the sample.</param>
/// <param name="Decimals">What the sensor resolves.</param>
internal readonly record struct Metric(string Name, int Decimals);

/// <summary>Fills in the values of a profile's metrics, in their order.</summary>
internal delegate void SignalSource(in SignalMoment moment, Span<double> values);

/// <summary>A kind of device: what it measures and how that moves.</summary>
/// <param name="Name">Its name, which its devices report as <c>deviceType</c>.</param>
/// <param name="Metrics">What it measures.</param>
/// <param name="Signals">How that moves.</param>
internal sealed record DeviceProfile(string Name, IReadOnlyList<Metric> Metrics, SignalSource Signals)
{
    /// <summary>Name that stands for each of the profiles in turn.</summary>
    public const string Mixed = "mixed";

    /// <summary>All there are.</summary>
    public static IReadOnlyList<DeviceProfile> All { get; } =
        [PumpSignals.Profile, ThermostatSignals.Profile, MeterSignals.Profile, VehicleSignals.Profile];

    /// <summary>The profiles that a name stands for, to be dealt out in turn.</summary>
    public static bool TryFind(string name, [NotNullWhen(true)] out IReadOnlyList<DeviceProfile>? profiles)
    {
        profiles = name == Mixed ? All : [.. All.Where(profile => profile.Name == name)];
        return profiles.Count > 0;
    }

    /// <summary>The values at a moment, as the sensor would tell them. Writes to the front of <paramref name="values"/>.</summary>
    public void Measure(in SignalMoment moment, Span<double> values)
    {
        Signals(moment, values);
        for (var i = 0; i < Metrics.Count; i++)
        {
            values[i] = Math.Round(values[i], Metrics[i].Decimals);
        }
    }
}
