using EmbeddedDapr.Actors;

namespace EmbeddedDapr.Tests.Actors;

public sealed class ReminderRulesTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(null, "0 1 2 3")] // daprd's default: three more tries, a second apart
    [InlineData(0, "0")]
    [InlineData(2, "0 5 10")]
    [InlineData(-1, "0 5 10 15 20 25 30 35")] // no end
    public void Tries_of_a_tick_follow_its_policy(int? retriesMax, string seconds)
    {
        ReminderFailurePolicy? policy = retriesMax is { } most ? new(TimeSpan.FromSeconds(5), most < 0 ? null : most) : null;
        var (record, _) = ReminderRules.Create("T", "1", "r", new ScheduleRequest { DueTime = "0s", FailurePolicy = policy }, Now, version: 1);
        List<double> tries = [];
        while (record is not null && tries.Count < 8)
        {
            tries.Add((ReminderRules.TryAt(record) - Now).TotalSeconds);
            record = ReminderRules.After(record, succeeded: false);
        }

        Assert.Equal(seconds, string.Join(' ', tries));
    }

    [Fact]
    public void A_tick_that_was_given_up_leaves_the_next_one_a_fresh_start()
    {
        var request = new ScheduleRequest { DueTime = "0s", Period = "R2/PT10S", FailurePolicy = ReminderFailurePolicy.Drop };
        var (record, _) = ReminderRules.Create("T", "1", "r", request, Now, version: 1);

        var next = ReminderRules.After(record!, succeeded: false);

        Assert.Equal((Now + TimeSpan.FromSeconds(10), 0, 1), (next!.NextDue, next.FailedTries, next.Remaining));
        Assert.Null(ReminderRules.After(next, succeeded: true));
    }
}
