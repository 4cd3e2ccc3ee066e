using DeviceFleet.Load.Ingest;
using Microsoft.Extensions.Time.Testing;

namespace DeviceFleet.Load.Tests.Ingest;

public sealed class OpenLoopTests
{
    [Fact]
    public void A_stall_makes_no_message_less_and_moves_no_moment()
    {
        var time = new FakeTimeProvider();
        var start = time.GetTimestamp();
        var offered = new List<(int Device, double Ms)>();
        var loop = new OpenLoop(
            devices: 3, messagesPerSecond: 100, (device, intended) => offered.Add((device, time.GetElapsedTime(start, intended).TotalMilliseconds)), time);

        loop.OfferWhatIsDue();
        Assert.Empty(offered);

        time.Advance(TimeSpan.FromMilliseconds(20));
        loop.OfferWhatIsDue();
        Assert.Equal([(0, 0), (1, 10)], offered);

        time.Advance(TimeSpan.FromSeconds(1)); // the stall
        loop.OfferWhatIsDue();
        Assert.Equal(102, offered.Count);
        Assert.Equal(Enumerable.Range(0, 102).Select(i => (i % 3, i * 10.0)), offered);
    }
}
