using DeviceFleet.Simulator.Firmware;
using DeviceFleet.Simulator.Profiles;

namespace DeviceFleet.Simulator.Tests.Firmware;

public sealed class FirmwareTemperTests
{
    [Fact]
    public void Shares_are_met_and_depend_on_the_seed_alone()
    {
        var options = new SimulatorFirmware { FailPercent = 20, LiePercent = 10 };
        List<FirmwareTemper> Deal() => [.. Enumerable.Range(1, 10_000).Select(number => FirmwareTempers.Of(SeededNoise.Derive(1, (ulong)number), options))];

        var tempers = Deal();

        Assert.Equal(tempers, Deal());
        Assert.InRange(tempers.Count(temper => temper == FirmwareTemper.Fails), 1_850, 2_150);
        Assert.InRange(tempers.Count(temper => temper == FirmwareTemper.Lies), 700, 900); // a tenth of those that do not fail
    }

    [Fact]
    public void All_or_none_is_all_or_none()
    {
        Assert.All(Enumerable.Range(0, 100), seed => Assert.Equal(FirmwareTemper.Fails, FirmwareTempers.Of((ulong)seed, new SimulatorFirmware { FailPercent = 100 })));
        Assert.All(Enumerable.Range(0, 100), seed => Assert.Equal(FirmwareTemper.Sound, FirmwareTempers.Of((ulong)seed, new SimulatorFirmware())));
    }
}
