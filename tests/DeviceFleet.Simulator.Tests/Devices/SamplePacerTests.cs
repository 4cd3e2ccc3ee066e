using DeviceFleet.Contracts.Devices;
using DeviceFleet.Simulator.Devices;
using DeviceFleet.Simulator.Firmware;
using DeviceFleet.Simulator.Profiles;
using DeviceFleet.Simulator.Provisioning;
using Microsoft.Extensions.Time.Testing;

namespace DeviceFleet.Simulator.Tests.Devices;

public sealed class SamplePacerTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 5, 4, 3, 2, 1, TimeSpan.Zero));

    [Fact]
    public void Samples_are_taken_when_due_and_missed_moments_are_left_out()
    {
        using var gate = new ConnectGate(10, 1, _time);
        using var identities = IdentityStore.Open(path: null);
        using var firmware = FirmwareStore.Open(path: null);
        var identity = new SimulatorIdentity { HardwareId = "sim-0001", DeviceId = DeviceId.Parse("sim-0001"), Secret = "s" };
        var account = new DeviceAccount("sim-0001", new KeptIdentity(identity, Before: null), identities, provisioning: null, _time);
        var device = new VirtualDevice(
            account, boot: 1, seed: 1, DeviceProfile.All[0], new FleetContext(new SimulatorOptions(), _time, new FleetStats(), gate, identities, firmware));
        var pacer = new SamplePacer([(device, TimeSpan.FromMilliseconds(300))], _time);

        Assert.Equal(0, TakenAfter(TimeSpan.FromMilliseconds(299)));
        Assert.Equal(1, TakenAfter(TimeSpan.FromMilliseconds(1)));
        Assert.Equal(1, TakenAfter(TimeSpan.FromMilliseconds(999)));
        Assert.Equal(2, TakenAfter(TimeSpan.FromMilliseconds(1)));
        Assert.Equal(3, TakenAfter(TimeSpan.FromMilliseconds(3500)));
        Assert.Equal(3, TakenAfter(TimeSpan.FromMilliseconds(499)));
        Assert.Equal(4, TakenAfter(TimeSpan.FromMilliseconds(1)));

        int TakenAfter(TimeSpan step)
        {
            _time.Advance(step);
            pacer.TakeWhatIsDue(CancellationToken.None);
            return device.CountHeld().Unsent;
        }
    }
}
