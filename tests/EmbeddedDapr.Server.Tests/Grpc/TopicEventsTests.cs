using System.Text;
using EmbeddedDapr.Server.Grpc;

namespace EmbeddedDapr.Server.Tests.Grpc;

/// <summary>Recorded: grpc-pubsub-stream-event, grpc-pubsub-stream-cloudevent.</summary>
public sealed class TopicEventsTests
{
    [Theory]
    [InlineData("text/plain", "\"data\":\"one\"", "one")]
    [InlineData("text/plain", "\"data\":1", null)]
    [InlineData("application/json", "\"data\":{\"b\" : 1.0, \"a\":[]}", "{\"a\":[],\"b\":1}")]
    [InlineData("application/json", "\"data\":\"word\"", "\"word\"")]
    [InlineData("application/octet-stream", "\"data_base64\":\"aGk=\"", "hi")]
    [InlineData("application/octet-stream", "\"data_base64\":\"%\"", null)]
    [InlineData("image/png", "\"data\":\"x\"", "")]
    [InlineData("text/plain", "\"data\":null", "")]
    public void Data_is_as_its_content_type_says(string contentType, string data, string? bytes)
    {
        var message = TopicEvents.From(Encoding.UTF8.GetBytes($$"""{"id":"1","datacontenttype":"{{contentType}}",{{data}}}"""), "p", "t", "/");

        Assert.Equal(bytes, message?.Data.ToStringUtf8());
    }

    [Fact]
    public void What_has_no_field_of_its_own_is_an_extension()
    {
        var message = TopicEvents.From("""{"id":"1","type":"x","source":"s","specversion":"1.0","topic":"first","n":1.5,"o":{"a":[true,null]},"data":"d"}"""u8.ToArray(), "p", "dead", "/")!;

        Assert.Equal(("1", "x", "s", "1.0", "dead", "p", "/"), (message.Id, message.Type, message.Source, message.SpecVersion, message.Topic, message.PubsubName, message.Path));
        Assert.Equal(["n", "o", "topic"], message.Extensions.Fields.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(("first", 1.5), (message.Extensions.Fields["topic"].StringValue, message.Extensions.Fields["n"].NumberValue));
    }
}
