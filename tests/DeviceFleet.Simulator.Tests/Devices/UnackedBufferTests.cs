using DeviceFleet.Simulator.Devices;

namespace DeviceFleet.Simulator.Tests.Devices;

public sealed class UnackedBufferTests
{
    [Fact]
    public void Samples_go_out_once_in_order_and_again_after_a_rewind()
    {
        var buffer = Filled(3);

        Assert.Equal([0, 1, 2], Drain(buffer));
        Assert.Empty(Drain(buffer));

        buffer.Rewind();
        Assert.Equal([0, 1, 2], Drain(buffer));
    }

    [Fact]
    public void What_was_settled_in_the_middle_is_not_sent_again()
    {
        var buffer = new UnackedBuffer(8);
        var samples = Add(buffer, 0, 4);
        Drain(buffer);

        Assert.True(buffer.Settle(samples[1]));
        Assert.True(buffer.Settle(samples[3]));
        Assert.Equal(4, buffer.Count);

        buffer.Rewind();
        Assert.Equal([0, 2], Drain(buffer));
    }

    [Fact]
    public void A_second_acknowledgement_of_one_sample_changes_nothing()
    {
        var buffer = new UnackedBuffer(8);
        var samples = Add(buffer, 0, 2);

        Assert.True(buffer.Settle(samples[0]));
        Assert.False(buffer.Settle(samples[0]));
        Assert.Equal(1, buffer.Count);
    }

    [Fact]
    public void At_its_bound_the_buffer_is_full_until_the_oldest_is_settled()
    {
        var buffer = new UnackedBuffer(3);
        var samples = Add(buffer, 0, 3);
        Assert.True(buffer.IsFull);

        buffer.Settle(samples[2]);
        Assert.True(buffer.IsFull);

        buffer.Settle(samples[0]);
        Assert.False(buffer.IsFull);
        Assert.Equal(2, buffer.Count);
    }

    [Fact]
    public void The_oldest_in_flight_is_the_head_once_it_went_out()
    {
        var buffer = new UnackedBuffer(8);
        var samples = Add(buffer, 0, 3);
        Assert.Null(buffer.OldestInFlight);

        Drain(buffer);
        Assert.Same(samples[0], buffer.OldestInFlight);

        buffer.Settle(samples[0]);
        Assert.Same(samples[1], buffer.OldestInFlight);

        buffer.Rewind();
        Assert.Null(buffer.OldestInFlight);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Against_a_plain_model_nothing_is_lost_or_sent_twice_on_one_connection(int seed)
    {
        var random = new Random(seed);
        var buffer = new UnackedBuffer(13);
        var unsettled = new SortedDictionary<long, BufferedSample>();
        var onWire = new HashSet<long>();
        var next = 0L;
        for (var step = 0; step < 20_000; step++)
        {
            switch (random.Next(4))
            {
                case 0 when !buffer.IsFull:
                    unsettled.Add(next, Add(buffer, next, 1)[0]);
                    next++;
                    break;
                case 1 when buffer.TryTakeNext(out var sample):
                    Assert.Equal(unsettled.Keys.First(seq => !onWire.Contains(seq)), sample.Seq);
                    onWire.Add(sample.Seq);
                    break;
                case 2 when onWire.Count > 0:
                    var settled = onWire.ElementAt(random.Next(onWire.Count));
                    Assert.True(buffer.Settle(unsettled[settled]));
                    unsettled.Remove(settled);
                    onWire.Remove(settled);
                    break;
                case 3 when random.Next(20) == 0:
                    buffer.Rewind();
                    onWire.Clear();
                    break;
            }

            Assert.Equal(unsettled.Count, buffer.CountUnsettled().Unsent);
        }
    }

    private static UnackedBuffer Filled(int count)
    {
        var buffer = new UnackedBuffer(100);
        Add(buffer, 0, count);
        return buffer;
    }

    private static List<BufferedSample> Add(UnackedBuffer buffer, long first, int count)
    {
        var samples = Enumerable.Range(0, count).Select(i => new BufferedSample(first + i, [])).ToList();
        samples.ForEach(buffer.Add);
        return samples;
    }

    private static List<long> Drain(UnackedBuffer buffer)
    {
        var seqs = new List<long>();
        while (buffer.TryTakeNext(out var sample))
        {
            seqs.Add(sample.Seq);
        }

        return seqs;
    }
}
