using EmbeddedDapr.PubSub;

namespace EmbeddedDapr.Components.Tests.Conformance;

/// <summary>What a component must do beside, if its bulk subscriptions get more than one message in a call.</summary>
public abstract class PubSubBatchConformance : PubSubConformance
{
    [Fact]
    public async Task A_full_batch_does_not_wait()
    {
        var recipient = new Recipient();
        await using var subscription = await SubscribeAsync("t", recipient, batch: 3, wait: TimeSpan.FromMinutes(1));
        await PublishAsync("t", "1", "2", "3");

        var call = await recipient.NextAsync("full batch");
        call.Settle();

        Assert.Equal(["1", "2", "3"], call.Deliveries.Select(Recipient.Text));
    }

    [Fact]
    public async Task Of_a_batch_only_what_failed_comes_again()
    {
        var recipient = new Recipient();
        await using var subscription = await SubscribeAsync("t", recipient, batch: 3, wait: TimeSpan.FromMinutes(1));
        await PublishAsync("t", "1", "2", "3");

        (await recipient.NextAsync("full batch")).Reply(DeliveryVerdict.Settled, DeliveryVerdict.Failed); // a missing verdict is a failure
        await Time.ArmedAsync(times: 2);
        await PublishAsync("t", "4");
        Time.Advance(BackOff);

        var again = await recipient.NextAsync("second batch");
        again.Settle();
        Assert.Equal(["2", "3", "4"], again.Deliveries.Select(Recipient.Text).Order());
    }
}
