using System.Text;
using EmbeddedDapr.PubSub;
using EmbeddedDapr.Tests.Fakes;

namespace EmbeddedDapr.Tests.PubSub;

/// <summary>Contract section 4.10 and the recordings grpc-pubsub-stream-*.</summary>
public sealed class StreamSubscriptionTests
{
    private static readonly Dictionary<string, string> NoMetadata = [];
    private readonly TestSidecar _sidecar = new();
    private readonly List<StreamedEvent> _sent = [];

    [Theory]
    [InlineData(StreamAnswer.Success, DeliveryVerdict.Settled, 0)]
    [InlineData(StreamAnswer.Drop, DeliveryVerdict.Settled, 1)]
    [InlineData(StreamAnswer.Retry, DeliveryVerdict.Settled, 1)]
    public async Task The_answer_decides(StreamAnswer answer, DeliveryVerdict verdict, int deadLetters)
    {
        await using var stream = await OpenAsync(deadLetterTopic: "dead");

        var delivering = _sidecar.PubSub.DeliverAsync("t", 1, Message("e1"));
        stream.Answer("another", StreamAnswer.Success);
        Assert.False(delivering.IsCompleted);
        stream.Answer("e1", answer);

        Assert.Equal([verdict], await delivering);
        Assert.Equal(("e1", "pubsub", "t"), (_sent.Single().Id, _sent.Single().PubSubName, _sent.Single().Topic));
        Assert.Equal(deadLetters, _sidecar.PubSub.Published.Count(published => published.Topic == "dead"));
    }

    [Fact]
    public async Task Events_of_one_id_are_answered_in_order()
    {
        await using var stream = await OpenAsync();
        var first = _sidecar.PubSub.DeliverAsync("t", 1, Message("same"));
        var second = _sidecar.PubSub.DeliverAsync("t", 1, Message("same"));

        stream.Answer("same", StreamAnswer.Success);
        Assert.Equal([DeliveryVerdict.Settled], await first);
        Assert.False(second.IsCompleted);

        stream.Answer("same", StreamAnswer.Retry);
        Assert.Equal([DeliveryVerdict.Failed], await second);
    }

    [Fact]
    public async Task What_is_not_answered_when_the_stream_ends_is_not_handled_and_not_a_dead_letter()
    {
        var stream = await OpenAsync(deadLetterTopic: "dead");
        Assert.Equal([SubscriptionKind.Streaming], _sidecar.Value.Subscriptions.Select(subscription => subscription.Kind));
        var delivering = _sidecar.PubSub.DeliverAsync("t", 1, Message("e1"));

        await stream.DisposeAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => delivering);
        Assert.Empty(_sidecar.PubSub.Published);
        Assert.Empty(_sidecar.PubSub.Handlers);
        Assert.Empty(_sidecar.Value.Subscriptions);
    }

    [Theory]
    [InlineData("", "t", "pubsubName is required")]
    [InlineData("pubsub", "", "topic is required")]
    [InlineData("nope", "t", "pubsub nope is not found")]
    [InlineData("pubsub", "forbidden", "failed to create subscription for pubsub: subscription to topic 'forbidden' on pubsub 'pubsub' is not allowed")]
    public async Task What_cannot_be_subscribed_to_is_refused(string pubSub, string topic, string why)
    {
        var sidecar = new TestSidecar(metadata: ("allowedTopics", "t"));

        var result = await sidecar.Value.Streams.OpenAsync(pubSub, topic, NoMetadata, null, SendAsync, CancellationToken.None);

        Assert.Equal(why, result.Error!.Message);
        Assert.Empty(sidecar.Value.Subscriptions);
    }

    [Fact]
    public async Task A_broker_that_is_down_ends_the_stream()
    {
        _sidecar.PubSub.SubscribeFaults = 1;

        var result = await _sidecar.Value.Streams.OpenAsync("pubsub", "t", NoMetadata, null, SendAsync, CancellationToken.None);

        Assert.Equal("failed to create subscription for pubsub: broker is down", result.Error!.Message);
        Assert.Empty(_sidecar.Value.Subscriptions);
    }

    private static PubSubMessage Message(string id) => new(Encoding.UTF8.GetBytes($$"""{"data":{"id":"inner"},"id":"{{id}}"}"""), "application/cloudevents+json");

    private ValueTask<bool> SendAsync(StreamedEvent streamed, CancellationToken cancellationToken)
    {
        _sent.Add(streamed);
        return ValueTask.FromResult(true);
    }

    private async Task<StreamSubscription> OpenAsync(string? deadLetterTopic = null) =>
        (await _sidecar.Value.Streams.OpenAsync("pubsub", "t", NoMetadata, deadLetterTopic, SendAsync, CancellationToken.None)).Value;
}
