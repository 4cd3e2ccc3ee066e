using DeviceFleet.Simulator.Profiles;

namespace DeviceFleet.Simulator.Firmware;

/// <summary>How a device behaves when it installs.</summary>
internal enum FirmwareTemper
{
    /// <summary>It works.</summary>
    Sound,

    /// <summary>It fails while it installs.</summary>
    Fails,

    /// <summary>It says that it did it, and did not.</summary>
    Lies,
}

/// <summary>Deals tempers out.</summary>
internal static class FirmwareTempers
{
    private const ulong FailChannel = 1_003;
    private const ulong LieChannel = 1_004;

    /// <summary>The temper of a device: always the same for the same seed.</summary>
    public static FirmwareTemper Of(ulong seed, SimulatorFirmware options) =>
        SeededNoise.Unit(seed, FailChannel, 0) * 100 < options.FailPercent ? FirmwareTemper.Fails
        : SeededNoise.Unit(seed, LieChannel, 0) * 100 < options.LiePercent ? FirmwareTemper.Lies
        : FirmwareTemper.Sound;
}
