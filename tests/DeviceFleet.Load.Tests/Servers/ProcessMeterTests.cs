using DeviceFleet.Load.Servers;

namespace DeviceFleet.Load.Tests.Servers;

public sealed class ProcessMeterTests
{
    [Fact]
    public void Processor_time_is_found_behind_a_name_that_holds_blanks_and_brackets()
    {
        var cpu = ProcessMeter.ParseCpu("42 (a (b) c) S 1 42 42 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 9 0 1000 2000 300");

        Assert.Equal(TimeSpan.FromSeconds(3), cpu);
    }

    [Fact]
    public void Resident_memory_is_in_KiB() => Assert.Equal(2048L * 1024, ProcessMeter.ParseResident(["Name:\tx", "VmRSS:\t    2048 kB", "Threads:\t1"]));

    [Fact]
    public void A_process_without_memory_has_ended() => Assert.Throws<IOException>(() => ProcessMeter.ParseResident(["Name:\tx", "State:\tZ (zombie)"]));
}
