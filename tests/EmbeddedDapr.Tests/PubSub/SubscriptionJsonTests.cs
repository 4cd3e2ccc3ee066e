using System.Text.Json;
using EmbeddedDapr.PubSub;

namespace EmbeddedDapr.Tests.PubSub;

public sealed class SubscriptionJsonTests
{
    [Fact]
    public void The_SDKs_answer_is_read()
    {
        var subscriptions = SubscriptionJson.Parse("""
            [{"topic":"t","pubsubName":"pubsub","routes":{"rules":[{"match":"event.type == \"red\"","path":"red"}],"default":"other"},
              "metadata":{"rawPayload":"true"},"deadLetterTopic":"dead","bulkSubscribe":{"enabled":true,"maxMessagesCount":3,"maxAwaitDurationMs":20}},
             {"topic":"u","pubsubname":"pubsub","route":"/u","routes":{},"bulkSubscribe":{"enabled":true}},
             {"topic":"v","pubsubname":"pubsub","route":"/v","bulkSubscribe":{"enabled":false}}]
            """u8);

        Assert.Equal([new RouteRule("event.type == \"red\"", "red"), new RouteRule("", "other")], subscriptions[0].Rules);
        Assert.Equal(("pubsub", "t", "dead", "true"), (subscriptions[0].PubSubName, subscriptions[0].Topic, subscriptions[0].DeadLetterTopic, subscriptions[0].Metadata["rawPayload"]));
        Assert.Equal(new(3, TimeSpan.FromMilliseconds(20)), subscriptions[0].Bulk);
        Assert.Equal([new RouteRule("", "/u")], subscriptions[1].Rules);
        Assert.Equal(new(100, TimeSpan.FromSeconds(1)), subscriptions[1].Bulk);
        Assert.Null(subscriptions[2].Bulk);
    }

    [Fact]
    public void Entries_without_component_topic_or_route_are_left_out()
    {
        var subscriptions = SubscriptionJson.Parse("""[{"topic":"t","route":"/t"},{"pubsubname":"p","route":"/t"},{"pubsubname":"p","topic":"t"},{"pubsubname":"p","topic":"t","route":"/t"}]"""u8, out var dropped);

        Assert.Single(subscriptions);
        Assert.Equal(3, dropped);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("[")]
    [InlineData("")]
    public void What_is_no_list_of_subscriptions_is_an_error(string json) => Assert.ThrowsAny<JsonException>(() => SubscriptionJson.Parse(System.Text.Encoding.UTF8.GetBytes(json)));
}
