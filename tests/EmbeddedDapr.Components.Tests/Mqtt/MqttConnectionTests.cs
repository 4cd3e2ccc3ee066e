using System.Threading.Channels;
using EmbeddedDapr.Bindings;
using EmbeddedDapr.Components.Mqtt;

namespace EmbeddedDapr.Components.Tests.Mqtt;

public sealed class MqttConnectionTests
{
    private static readonly MqttBindingOptions Quick = new() { ConnectTimeout = TimeSpan.FromMilliseconds(200), ReconnectDelay = TimeSpan.FromMilliseconds(20) };

    [Theory]
    [InlineData("url")]
    [InlineData("topic")]
    [InlineData("consumerID")]
    public async Task What_is_required_is_required(string missing)
    {
        var catalog = new ComponentCatalog().AddMqtt();
        var spec = MqttSpecs.Spec([.. new[] { ("url", "mqtt://127.0.0.1:1"), ("topic", "t"), ("consumerID", "c") }.Where(m => m.Item1 != missing)]);

        await Assert.ThrowsAsync<ComponentException>(async () => await catalog.InputBindings["bindings.mqtt3"](spec, MqttSpecs.Context, CancellationToken.None));
        await Assert.ThrowsAsync<ComponentException>(async () => await catalog.OutputBindings["bindings.mqtt3"](spec, MqttSpecs.Context, CancellationToken.None));
    }

    [Fact]
    public void A_number_that_does_not_parse_is_an_error_and_a_flag_that_does_not_is_false()
    {
        ComponentMetadata With(string name, string value) =>
            MqttSpecs.Spec(("url", "mqtts://u:p%40@host"), ("topic", "t"), ("consumerID", "c"), (name, value)).Metadata;

        Assert.Throws<ComponentException>(() => MqttBindingMetadata.Read(With("backOffMaxRetries", "many")));
        Assert.False(MqttBindingMetadata.Read(With("cleanSession", "perhaps")).CleanSession);
        Assert.Throws<ComponentException>(() => MqttBindingMetadata.Read(With("url", "http://host")));
        Assert.Throws<ComponentException>(() => MqttBindingMetadata.Read(With("clientCert", "x")));
        var connection = MqttBindingMetadata.Read(With("backOffMaxRetries", "-1")).Connection("consumer", TimeSpan.FromSeconds(1));
        Assert.Equal(("c-consumer", "u", "p@", true, false), (connection.ClientId, connection.UserName, connection.Password, connection.UsesTls, connection.CleanSession));
    }

    [Fact]
    public async Task Without_a_broker_making_them_works_and_using_them_fails_in_daprds_words()
    {
        var catalog = new ComponentCatalog().AddMqtt(options: Quick);
        var spec = MqttSpecs.Spec(("url", "mqtt://127.0.0.1:1"), ("topic", "t"), ("consumerID", "c"));
        await using var input = await catalog.InputBindings["bindings.mqtt3"](spec, MqttSpecs.Context, CancellationToken.None);
        await using var output = await catalog.OutputBindings["bindings.mqtt3"](spec, MqttSpecs.Context, CancellationToken.None);

        var read = await Assert.ThrowsAsync<ComponentException>(async () => await input.StartAsync((_, _) => ValueTask.FromResult(true), CancellationToken.None));
        var write = await Assert.ThrowsAsync<ComponentException>(async () =>
            await output.InvokeAsync(new OutputBindingRequest("create", default, new Dictionary<string, string>()), CancellationToken.None));

        Assert.Equal("failed to connect: mqtt client timed out connecting", read.Message);
        Assert.Equal("failed to create producer connection: failed to connect: mqtt client timed out connecting", write.Message);
        Assert.Equal(["create"], output.Operations);
    }

    [Fact]
    public async Task Client_ids_credentials_and_session_are_as_the_metadata_says()
    {
        var seen = Channel.CreateBounded<(string, string, string, bool?)>(10);
        await using var broker = new InProcessBroker
        {
            Validate = args =>
            {
                seen.Writer.TryWrite((args.ClientId, args.UserName, args.Password, args.CleanSession));
                return Task.CompletedTask;
            },
        };
        await broker.StartAsync();
        var catalog = new ComponentCatalog().AddMqtt();
        var spec = MqttSpecs.Spec(("url", $"tcp://me:pass@127.0.0.1:{broker.Port}"), ("topic", "t"), ("consumerID", "c"), ("cleanSession", "true"));
        await using var input = await catalog.InputBindings["bindings.mqtt3"](spec, MqttSpecs.Context, CancellationToken.None);
        await using var output = await catalog.OutputBindings["bindings.mqtt3"](spec, MqttSpecs.Context, CancellationToken.None);

        await input.StartAsync((_, _) => ValueTask.FromResult(true), CancellationToken.None);
        await output.InvokeAsync(new OutputBindingRequest("create", default, new Dictionary<string, string>()), CancellationToken.None);

        Assert.Equal(("c-consumer", "me", "pass", true), await seen.Reader.ReadAsync());
        Assert.Equal(("c-producer", "me", "pass", true), await seen.Reader.ReadAsync());
    }

    [Fact]
    public async Task Cancelling_the_start_token_stops_reading()
    {
        await using var broker = new InProcessBroker();
        await broker.StartAsync();
        var catalog = new ComponentCatalog().AddMqtt();
        var spec = MqttSpecs.Spec(("url", $"mqtt://127.0.0.1:{broker.Port}"), ("topic", "t"), ("consumerID", "c"));
        await using var input = await catalog.InputBindings["bindings.mqtt3"](spec, MqttSpecs.Context, CancellationToken.None);
        await using var output = await catalog.OutputBindings["bindings.mqtt3"](spec, MqttSpecs.Context, CancellationToken.None);
        using var reading = new CancellationTokenSource();
        var count = 0;
        await input.StartAsync(
            (_, _) =>
            {
                count++;
                return ValueTask.FromResult(true);
            },
            reading.Token);

        await reading.CancelAsync();
        await input.DisposeAsync(); // waits for what the cancellation began
        await output.InvokeAsync(new OutputBindingRequest("create", default, new Dictionary<string, string>()), CancellationToken.None);

        Assert.Equal(0, count);
    }

    [Fact]
    public async Task A_connector_of_the_host_takes_the_place_of_sockets()
    {
        var connector = new LoopConnector();
        var catalog = new ComponentCatalog().AddMqtt(connector);
        var spec = MqttSpecs.Spec(("url", "mqtt://in-process"), ("topic", "fleet/+/telemetry"), ("consumerID", "c"));
        await using var input = await catalog.InputBindings["bindings.mqtt3"](spec, MqttSpecs.Context, CancellationToken.None);
        var taken = false;
        await input.StartAsync((_, _) => ValueTask.FromResult(taken), CancellationToken.None);

        Assert.False(await connector.DeliverAsync("fleet/a/telemetry"));
        taken = true;
        Assert.True(await connector.DeliverAsync("fleet/a/telemetry"));
    }

    [Theory]
    [InlineData("fleet/+/telemetry", "fleet/a/telemetry", true)]
    [InlineData("fleet/+/telemetry", "fleet/a/b/telemetry", false)]
    [InlineData("fleet/#", "fleet/a/status", true)]
    [InlineData("$share/g/fleet/+/status", "fleet/a/status", true)]
    [InlineData("broker/rejections", "broker/rejections", true)]
    public void Filters_match_as_mqtt_says(string filter, string topic, bool matches) => Assert.Equal(matches, MqttTopicFilter.Matches(filter, topic));

    private sealed class LoopConnector : IMqttConnector, IMqttLink
    {
        private MqttMessageHandler? _handler;

        public ValueTask<IMqttLink> ConnectAsync(MqttConnectionSettings settings, CancellationToken cancellationToken) => ValueTask.FromResult<IMqttLink>(this);

        public ValueTask SubscribeAsync(string filter, MqttMessageHandler handler, CancellationToken cancellationToken)
        {
            _handler = handler;
            return ValueTask.CompletedTask;
        }

        public ValueTask PublishAsync(string topic, ReadOnlyMemory<byte> payload, bool retain, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask<bool> DeliverAsync(string topic) => _handler!(topic, default, CancellationToken.None);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
