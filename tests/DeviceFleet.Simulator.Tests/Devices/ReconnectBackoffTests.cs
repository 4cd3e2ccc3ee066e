using DeviceFleet.Simulator.Devices;

namespace DeviceFleet.Simulator.Tests.Devices;

public sealed class ReconnectBackoffTests
{
    private static readonly ReconnectBackoff Backoff = new(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(5));

    [Theory]
    [InlineData(1, 250)]
    [InlineData(2, 500)]
    [InlineData(3, 1000)]
    [InlineData(5, 4000)]
    [InlineData(6, 5000)]
    [InlineData(1_000_000, 5000)]
    public void The_ceiling_doubles_with_each_failure_up_to_the_bound(int failures, double ceilingMs)
    {
        Assert.Equal(0, Backoff.Delay(failures, draw: 0).TotalMilliseconds);
        Assert.Equal(ceilingMs / 2, Backoff.Delay(failures, draw: 0.5).TotalMilliseconds);
        Assert.Equal(ceilingMs, Backoff.Delay(failures, draw: 1).TotalMilliseconds);
    }
}
