using CsCheck;
using EmbeddedDapr.Components.Sqlite.PubSub;

namespace EmbeddedDapr.Components.Tests.Sqlite;

public sealed class ConsumerWindowTests
{
    [Fact]
    public void The_position_follows_only_what_is_settled_without_a_gap()
    {
        var window = new ConsumerWindow(10, unsettledMax: 10, trackedMax: 10);
        foreach (var id in (long[])[11, 13, 14, 20])
        {
            window.Take(id);
        }

        Assert.False(window.Settle(13));
        Assert.False(window.Settle(14));
        Assert.Equal(10, window.Position);
        Assert.True(window.Settle(11));
        Assert.Equal(14, window.Position);
        Assert.True(window.Settle(20));
        Assert.Equal((20, 0), (window.Position, window.Unsettled));
    }

    [Fact]
    public void A_message_that_stays_unsettled_lets_others_pass_up_to_the_bound()
    {
        var window = new ConsumerWindow(0, unsettledMax: 2, trackedMax: 4);
        window.Take(1);
        for (var id = 2; id <= 4; id++)
        {
            Assert.Equal(1, window.Room);
            window.Take(id);
            window.Settle(id);
        }

        Assert.Equal(0, window.Room);
        window.Settle(1);
        Assert.Equal((2, 4L), (window.Room, window.Position));
    }

    [Fact]
    public void In_any_order_of_settling_the_position_is_the_last_before_the_first_unsettled_one() =>
        Gen.Int[1, 40].SelectMany(count => Gen.Shuffle(Enumerable.Range(1, count).ToArray())).Sample(order =>
        {
            var window = new ConsumerWindow(0, 100, 100);
            foreach (var id in Enumerable.Range(1, order.Length))
            {
                window.Take(id);
            }

            HashSet<int> unsettled = [.. order];
            foreach (var id in order)
            {
                window.Settle(id);
                unsettled.Remove(id);
                Assert.Equal(unsettled.Count == 0 ? order.Length : unsettled.Min() - 1, window.Position);
                Assert.Equal(unsettled.Count, window.Unsettled);
            }
        });
}
