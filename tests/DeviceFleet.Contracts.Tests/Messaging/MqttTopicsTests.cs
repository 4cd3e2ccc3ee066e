using CsCheck;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;

namespace DeviceFleet.Contracts.Tests.Messaging;

public sealed class MqttTopicsTests
{
    private static readonly DeviceId Pump = DeviceId.Parse("pump-1");

    [Theory]
    [InlineData("fleet/pump-1/telemetry", DeviceTopicKind.Telemetry)]
    [InlineData("fleet/pump-1/status", DeviceTopicKind.Status)]
    [InlineData("fleet/pump-1/reported", DeviceTopicKind.Reported)]
    [InlineData("fleet/pump-1/desired", DeviceTopicKind.Desired)]
    [InlineData("fleet/pump-1/commands/c1", DeviceTopicKind.Command)]
    [InlineData("fleet/pump-1/commands/c1/result", DeviceTopicKind.CommandResult)]
    public void A_device_s_topics_are_read(string topic, DeviceTopicKind kind)
    {
        Assert.True(MqttTopics.TryParse(topic, out var id, out var read));
        Assert.Equal((Pump, kind), (id, read));
    }

    [Theory]
    [InlineData("")]
    [InlineData("fleet")]
    [InlineData("fleet/")]
    [InlineData("fleet//telemetry")]
    [InlineData("fleet/pump-1")]
    [InlineData("fleet/pump-1/")]
    [InlineData("fleet/pump-1/telemetry/")]
    [InlineData("fleet/pump-1/Telemetry")]
    [InlineData("/fleet/pump-1/telemetry")]
    [InlineData("fleet/+/telemetry")]
    [InlineData("fleet/#")]
    [InlineData("fleet/pump 1/telemetry")]
    [InlineData("fleet/pump-1/commands/")]
    [InlineData("fleet/pump-1/commands/+")]
    [InlineData("fleet/pump-1/commands/a/b/result")]
    [InlineData("fleet/pump-1/commands//result")]
    [InlineData("broker/rejections")]
    [InlineData("$SYS/x")]
    public void Other_topics_are_not(string topic) => Assert.False(MqttTopics.TryParse(topic, out _, out _));

    [Fact]
    public void What_is_written_is_read()
    {
        Assert.True(MqttTopics.TryParse(MqttTopics.Telemetry(Pump), out var id, out var kind));
        Assert.Equal((Pump, DeviceTopicKind.Telemetry), (id, kind));
        Assert.True(MqttTopics.TryParse(MqttTopics.Status(Pump), out _, out kind));
        Assert.Equal(DeviceTopicKind.Status, kind);
        Assert.True(MqttTopics.TryParse(MqttTopics.Desired(Pump), out _, out kind));
        Assert.Equal(DeviceTopicKind.Desired, kind);
        Assert.Equal("fleet/pump-1/commands/+", MqttTopics.Commands(Pump));
    }

    [Fact]
    public void No_text_makes_it_throw() => Gen.String.Sample(text =>
    {
        if (MqttTopics.TryParse("fleet/" + text, out var id, out _))
        {
            Assert.True(DeviceId.TryParse(id.Value, out _));
        }
    });

    [Fact]
    public void A_dead_letter_topic_is_told_by_its_name() => Assert.Equal("telemetry-dead", PubSubTopics.DeadLetterOf(PubSubTopics.Telemetry));
}
