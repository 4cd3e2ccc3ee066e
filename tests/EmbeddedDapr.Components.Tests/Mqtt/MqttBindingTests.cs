using System.Text;
using System.Threading.Channels;
using EmbeddedDapr.Bindings;
using EmbeddedDapr.Components.Mqtt;
using Microsoft.Extensions.Logging.Abstractions;

namespace EmbeddedDapr.Components.Tests.Mqtt;

/// <summary>What every broker must show.</summary>
public abstract class MqttBindingTests : IAsyncLifetime
{
    private protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TestBroker _broker;
    private readonly ComponentCatalog _catalog = new ComponentCatalog().AddMqtt(
        options: new MqttBindingOptions { ReconnectDelay = TimeSpan.FromMilliseconds(20), HandlerRetryDelay = TimeSpan.FromMilliseconds(5), InFlightMax = 4 });

    private readonly List<IAsyncDisposable> _open = [];

    private protected MqttBindingTests(TestBroker broker) => _broker = broker;

    public async ValueTask InitializeAsync() => await _broker.StartAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var one in Enumerable.Reverse(_open))
        {
            await one.DisposeAsync();
        }

        await _broker.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_message_arrives_with_its_bytes_and_its_topic()
    {
        var received = await ReadAsync("in", "conf/+/x");
        var writer = await WriterAsync("out", "conf/default/x");

        await WriteAsync(writer, "1", topic: "conf/d e/x");
        await WriteAsync(writer, "2");
        await WriteAsync(writer, "3", topic: "");

        Assert.Equal(
            ["conf/d e/x=1", "conf/default/x=2", "conf/default/x=3"],
            new[] { await received.NextAsync(), await received.NextAsync(), await received.NextAsync() }.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_message_that_failed_comes_again_after_a_reconnect_and_one_that_did_not_does_not()
    {
        var answers = new Queue<bool>([true, false]);
        var received = await ReadAsync("in", "conf/in", _ => answers.Count == 0 || answers.Dequeue());
        var writer = await WriterAsync("out", "conf/in");
        await WriteAsync(writer, "good");
        await received.NextAsync();
        await WriteAsync(writer, "bad");
        await received.NextAsync();

        await StopReadingAsync();
        var again = await ReadAsync("in", "conf/in");
        await WriteAsync(writer, "last");

        Assert.Equal("conf/in=bad", await again.NextAsync());
        Assert.Equal("conf/in=last", await again.NextAsync());
        Assert.False(again.TryRead(out _));
    }

    [Fact]
    public async Task A_failed_message_does_not_hold_up_others()
    {
        var received = await ReadAsync("in", "conf/in", text => text != "conf/in=bad");
        var writer = await WriterAsync("out", "conf/in");

        await WriteAsync(writer, "bad");
        await WriteAsync(writer, "good");

        Assert.Equal(["conf/in=bad", "conf/in=good"], new[] { await received.NextAsync(), await received.NextAsync() }.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_handler_is_tried_again_as_often_as_asked()
    {
        var tries = 0;
        var received = await ReadAsync("in", "conf/in", _ => ++tries == 4, ("backOffMaxRetries", "3"));
        var writer = await WriterAsync("out", "conf/in");

        await WriteAsync(writer, "m");
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal("conf/in=m", await received.NextAsync());
        }

        await StopReadingAsync();
        var again = await ReadAsync("in", "conf/in");
        await WriteAsync(writer, "next");
        Assert.Equal("conf/in=next", await again.NextAsync());
    }

    [Fact]
    public async Task Messages_at_their_handlers_are_bounded()
    {
        var (running, most) = (0, 0);
        var release = new TaskCompletionSource();
        var full = new TaskCompletionSource();
        var seen = Channel.CreateBounded<int>(100);
        var binding = await _catalog.InputBindings["bindings.mqtt3"](Spec("in", "conf/in", []), Context(), CancellationToken.None);
        _open.Add(binding);
        await binding.StartAsync(
            async (_, _) =>
            {
                most = Math.Max(most, Interlocked.Increment(ref running));
                if (running == 4)
                {
                    full.TrySetResult();
                }

                await release.Task;
                Interlocked.Decrement(ref running);
                seen.Writer.TryWrite(1);
                return true;
            },
            CancellationToken.None);
        var writer = await WriterAsync("out", "conf/in");
        for (var i = 0; i < 12; i++)
        {
            await WriteAsync(writer, $"{i}");
        }

        await full.Task.WaitAsync(Patience);
        release.SetResult();
        for (var i = 0; i < 12; i++)
        {
            await seen.Reader.ReadAsync().AsTask().WaitAsync(Patience);
        }

        Assert.Equal(4, most);
    }

    [Fact]
    public async Task A_broker_that_went_away_and_came_back_is_read_and_written_again()
    {
        var received = await ReadAsync("in", "conf/in");
        var writer = await WriterAsync("out", "conf/in");
        await WriteAsync(writer, "before");
        await received.NextAsync();

        await _broker.StopAsync();
        await _broker.StartAsync();

        // Both ends reconnect on their own; until the writer has, its requests fail.
        while (!await TryWriteAsync(writer, "after"))
        {
            await Task.Yield();
        }

        Assert.Equal("conf/in=after", await received.NextAsync(retry: () => TryWriteAsync(writer, "after")));
    }

    [Fact]
    public async Task Retain_is_the_components_and_not_the_requests()
    {
        var keeper = await WriterAsync("keeper", "conf/keep", ("retain", "true"));
        var plain = await WriterAsync("plain", "conf/plain");
        await WriteAsync(keeper, "kept");
        await plain.InvokeAsync(
            new OutputBindingRequest("create", "not kept"u8.ToArray(), new Dictionary<string, string> { ["retain"] = "true", ["qos"] = "0" }), CancellationToken.None);

        var received = await ReadAsync("in", "conf/#");

        Assert.Equal("conf/keep=kept", await received.NextAsync());
        await WriteAsync(plain, "last");
        Assert.Equal("conf/plain=last", await received.NextAsync());
    }

    private protected async Task<ChannelReader<string>> ReadAsync(
        string consumer, string filter, Func<string, bool>? answer = null, params (string Name, string Value)[] metadata)
    {
        var received = Channel.CreateBounded<string>(1000);
        var binding = await _catalog.InputBindings["bindings.mqtt3"](Spec(consumer, filter, metadata), Context(), CancellationToken.None);
        _open.Add(binding);
        await binding.StartAsync(
            (e, _) =>
            {
                var text = $"{e.Metadata!["topic"]}={Encoding.UTF8.GetString(e.Data.Span)}";
                var taken = answer?.Invoke(text) ?? true;
                received.Writer.TryWrite(text);
                return ValueTask.FromResult(taken);
            },
            CancellationToken.None);
        return received.Reader;
    }

    private protected async Task ReadSlowlyAsync(string consumer, string filter, Func<string, Task> handle)
    {
        var binding = await _catalog.InputBindings["bindings.mqtt3"](Spec(consumer, filter, []), Context(), CancellationToken.None);
        _open.Add(binding);
        await binding.StartAsync(
            async (e, _) =>
            {
                await handle($"{e.Metadata!["topic"]}={Encoding.UTF8.GetString(e.Data.Span)}");
                return true;
            },
            CancellationToken.None);
    }

    private protected async Task<IOutputBinding> WriterAsync(string consumer, string topic, params (string Name, string Value)[] metadata)
    {
        var binding = await _catalog.OutputBindings["bindings.mqtt3"](Spec(consumer, topic, metadata), Context(), CancellationToken.None);
        _open.Add(binding);
        return binding;
    }

    private protected static async Task WriteAsync(IOutputBinding writer, string text, string? topic = null)
    {
        var metadata = topic is null ? [] : new Dictionary<string, string> { ["topic"] = topic };
        var answer = await writer.InvokeAsync(new OutputBindingRequest("create", Encoding.UTF8.GetBytes(text), metadata), CancellationToken.None);
        Assert.Null(answer.Data);
    }

    private protected async Task StopReadingAsync()
    {
        foreach (var binding in _open.OfType<IInputBinding>().ToList())
        {
            await binding.DisposeAsync();
            _open.Remove(binding);
        }
    }

    private static async Task<bool> TryWriteAsync(IOutputBinding writer, string text)
    {
        try
        {
            await WriteAsync(writer, text);
            return true;
        }
        catch (ComponentException)
        {
            return false;
        }
    }

    private ComponentSpec Spec(string consumer, string topic, (string Name, string Value)[] metadata) => MqttSpecs.Spec(
        [("url", $"mqtt://127.0.0.1:{_broker.Port}"), ("topic", topic), ("consumerID", consumer), .. metadata]);

    private protected static ComponentContext Context() => MqttSpecs.Context;
}

internal static class MqttSpecs
{
    public static ComponentContext Context { get; } = new()
    {
        AppId = "app1",
        Namespace = "default",
        Time = TimeProvider.System,
        Loggers = NullLoggerFactory.Instance,
        Environment = _ => null,
        BaseDirectory = ".",
    };

    public static ComponentSpec Spec(params (string Name, string Value)[] metadata) => new()
    {
        Name = "sensors",
        Type = "bindings.mqtt3",
        Metadata = new ComponentMetadata(metadata.Select(m => KeyValuePair.Create(m.Name, m.Value))),
    };

    /// <summary>The next text; <paramref name="retry"/> is called while there is none.</summary>
    public static async Task<string> NextAsync(this ChannelReader<string> reader, Func<Task<bool>>? retry = null)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        if (retry is null)
        {
            return await reader.ReadAsync(patience.Token);
        }

        string? text;
        while (!reader.TryRead(out text))
        {
            patience.Token.ThrowIfCancellationRequested();
            await retry();
        }

        return text;
    }
}

public sealed class InProcessBrokerBindingTests : MqttBindingTests
{
    private readonly InProcessBroker _broker;

    public InProcessBrokerBindingTests()
        : this(new InProcessBroker())
    {
    }

    private InProcessBrokerBindingTests(InProcessBroker broker)
        : base(broker) => _broker = broker;

    [Fact]
    public async Task A_message_that_failed_comes_again_when_the_connection_was_lost()
    {
        var answers = new Queue<bool>([false, true]);
        var received = await ReadAsync("in", "conf/in", _ => answers.Dequeue());
        var writer = await WriterAsync("out", "conf/in");
        await WriteAsync(writer, "m");
        Assert.Equal("conf/in=m", await received.NextAsync());

        await _broker.CutAsync("in-consumer");

        Assert.Equal("conf/in=m", await received.NextAsync());
    }

    [Fact]
    public async Task A_message_is_not_acknowledged_on_another_connection_than_its_own()
    {
        var (entered, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        var received = Channel.CreateBounded<string>(10);
        await ReadSlowlyAsync("in", "conf/in", async text =>
        {
            entered.TrySetResult();
            received.Writer.TryWrite(text);
            await release.Task;
        });
        var writer = await WriterAsync("out", "conf/in");
        await WriteAsync(writer, "m");
        await entered.Task.WaitAsync(Patience);
        await received.Reader.NextAsync();

        await _broker.CutAsync("in-consumer");
        var again = await received.Reader.NextAsync(); // while the first is still at its handler
        release.SetResult();

        Assert.Equal("conf/in=m", again);
    }
}

public sealed class MosquittoBindingTests : MqttBindingTests
{
    public MosquittoBindingTests()
        : base(new Mosquitto()) => Mosquitto.SkipIfAbsent();

    [Fact]
    public async Task Members_of_a_share_group_get_each_message_once_between_them()
    {
        var first = await ReadAsync("a", "$share/g/conf/in");
        var second = await ReadAsync("b", "$share/g/conf/in");
        var whole = await ReadAsync("c", "conf/in");
        var writer = await WriterAsync("out", "conf/in");

        for (var i = 0; i < 20; i++)
        {
            await WriteAsync(writer, $"{i}");
        }

        var (shared, all) = (new List<string>(), new List<string>());
        for (var i = 0; i < 20; i++)
        {
            all.Add(await whole.NextAsync());
            var more = await Task.WhenAny(first.WaitToReadAsync().AsTask(), second.WaitToReadAsync().AsTask()).WaitAsync(Patience);
            Assert.True(await more);
            shared.Add(first.TryRead(out var one) || second.TryRead(out one) ? one : "nothing");
        }

        Assert.Equal(all.Order(StringComparer.Ordinal), shared.Order(StringComparer.Ordinal));
    }
}
