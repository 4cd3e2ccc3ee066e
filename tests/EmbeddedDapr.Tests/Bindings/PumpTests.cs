using System.Collections.Concurrent;
using System.Text;
using System.Threading.Channels;
using EmbeddedDapr.Apps;
using EmbeddedDapr.Bindings;
using EmbeddedDapr.Components;
using EmbeddedDapr.PubSub;
using EmbeddedDapr.Runtime;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace EmbeddedDapr.Tests.Bindings;

public sealed class PumpTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly FakeTimeProvider _time = new();
    private readonly FakeApp _app = new();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [InlineData(200, true)]
    [InlineData(204, true)]
    [InlineData(405, true)]
    [InlineData(302, false)]
    [InlineData(404, false)]
    [InlineData(500, false)]
    public async Task Without_a_direction_the_app_is_asked(int status, bool reads)
    {
        var binding = new FakeBinding();
        _app.Answer = (request, _) => Status(request.Method == "OPTIONS" ? status : 200);
        await using var pump = Pump(null, ("sensors", binding, []));

        await pump.StartAsync(CancellationToken.None);

        Assert.Equal(reads, binding.Starts == 1);
        Assert.Equal(reads ? InputBindingState.Reading : InputBindingState.NotWanted, pump.Status.Single().State);
        var probe = _app.Requests.Single();
        Assert.Equal(("OPTIONS", "/sensors", "application/json"), (probe.Method, probe.Path, probe.ContentType));
    }

    [Theory]
    [InlineData("input", true)]
    [InlineData("output, INPUT", true)]
    [InlineData("output", false)]
    public async Task With_a_direction_it_is_not(string direction, bool reads)
    {
        var binding = new FakeBinding();
        await using var pump = Pump(null, ("sensors", binding, [("direction", direction)]));

        await pump.StartAsync(CancellationToken.None);

        Assert.Equal(reads, binding.Starts == 1);
        Assert.Empty(_app.Requests);
    }

    [Theory]
    [InlineData(null, "/My.Sensors-1")]
    [InlineData("/custom/route", "/custom/route")]
    [InlineData("custom/route/", "/custom/route")]
    [InlineData("a b/é", "/a%20b/%C3%A9")]
    public async Task An_event_is_posted_to_the_route_with_its_bytes_and_its_metadata_as_headers(string? route, string path)
    {
        var binding = new FakeBinding();
        (string, string)[] metadata = route is null ? [("direction", "input")] : [("direction", "input"), ("route", route)];
        await using var pump = Pump(null, ("My.Sensors-1", binding, metadata));
        await pump.StartAsync(CancellationToken.None);

        var taken = await binding.Handler!(new BindingEvent("not json"u8.ToArray(), new Dictionary<string, string> { ["topic"] = "a/b\r\nc" }), CancellationToken.None);

        Assert.True(taken);
        var request = _app.Requests.Single();
        Assert.Equal(("POST", path, "application/json", null), (request.Method, request.Path, request.ContentType, request.Query));
        Assert.Equal("not json", Encoding.UTF8.GetString(request.Body.Span));
        Assert.Equal([KeyValuePair.Create("traceparent", PubSubApi.NoTraceParent), KeyValuePair.Create("topic", "a/b  c")], request.Headers!);
        Assert.Equal((1, 0), (pump.Status.Single().Delivered, pump.Status.Single().Failed));
    }

    [Theory]
    [InlineData(200, 0, true, 1)]
    [InlineData(201, 0, true, 1)]
    [InlineData(204, 0, true, 1)]
    [InlineData(302, 0, false, 1)]
    [InlineData(404, 0, false, 1)]
    [InlineData(500, 0, false, 1)]
    [InlineData(200, 2, true, 1)]
    [InlineData(204, 2, false, 3)]
    [InlineData(500, 2, false, 3)]
    public async Task Only_success_is_success_and_retries_ask_for_200(int status, int retries, bool taken, int calls)
    {
        var binding = new FakeBinding();
        _app.Answer = (_, _) => Status(status);
        await using var pump = Pump(new InputBindingPumpOptions { RetriesMax = retries, RetryDelay = TimeSpan.FromTicks(1) }, ("sensors", binding, [("direction", "input")]));
        await pump.StartAsync(CancellationToken.None);

        var handling = binding.Handler!(new BindingEvent("x"u8.ToArray(), null), CancellationToken.None).AsTask();
        while (!handling.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(1));
            await Task.Yield();
        }

        Assert.Equal(taken, await handling);
        Assert.Equal(calls, _app.Requests.Count);
        Assert.Equal(calls - 1, pump.Status.Single().Retried);
    }

    [Fact]
    public async Task A_failed_start_is_tried_again_and_holds_up_no_other_binding()
    {
        var (broken, fine) = (new FakeBinding { FailingStarts = 2 }, new FakeBinding());
        await using var pump = Pump(null, ("broken", broken, [("direction", "input")]), ("fine", fine, [("direction", "input")]));

        await pump.StartAsync(CancellationToken.None).WaitAsync(Patience);
        Assert.Equal([InputBindingState.Starting, InputBindingState.Reading], pump.Status.Select(s => s.State));

        while (!broken.Started.Task.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal(3, broken.Starts);
        Assert.Equal(1, fine.Starts);
    }

    [Fact]
    public async Task A_probe_without_an_answer_is_given_up_after_its_time_and_asked_again()
    {
        var binding = new FakeBinding();
        var asked = new TaskCompletionSource();
        var answers = 0;
        _app.Answer = async (_, token) =>
        {
            if (answers++ == 0)
            {
                asked.SetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, _time, token);
            }

            return await Status(200);
        };
        await using var pump = Pump(null, ("sensors", binding, []));
        var start = pump.StartAsync(CancellationToken.None);
        await asked.Task;

        _time.Advance(TimeSpan.FromSeconds(3));
        await start.WaitAsync(Patience);
        Assert.Equal(InputBindingState.Starting, pump.Status.Single().State);

        while (!binding.Started.Task.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
    }

    [Fact]
    public async Task Events_at_the_app_are_bounded_and_the_next_one_waits()
    {
        var binding = new FakeBinding();
        var entered = Channel.CreateBounded<int>(10);
        var release = new SemaphoreSlim(0);
        _app.Answer = async (_, _) =>
        {
            entered.Writer.TryWrite(1);
            await release.WaitAsync(CancellationToken.None);
            return await Status(200);
        };
        await using var pump = Pump(new InputBindingPumpOptions { HandoverMax = 2 }, ("sensors", binding, [("direction", "input")]));
        await pump.StartAsync(CancellationToken.None);

        var handling = Enumerable.Range(0, 3).Select(_ => binding.Handler!(new BindingEvent("x"u8.ToArray(), null), CancellationToken.None).AsTask()).ToList();
        await entered.Reader.ReadAsync();
        await entered.Reader.ReadAsync();
        Assert.False(entered.Reader.TryRead(out _));
        release.Release();
        await entered.Reader.ReadAsync().AsTask().WaitAsync(Patience);
        release.Release(2);

        Assert.All(await Task.WhenAll(handling).WaitAsync(Patience), Assert.True);
    }

    [Fact]
    public async Task An_app_that_cannot_be_reached_fails_the_event()
    {
        var binding = new FakeBinding();
        _app.Answer = (_, _) => throw new AppUnreachableException("refused");
        await using var pump = Pump(null, ("sensors", binding, [("direction", "input")]));
        await pump.StartAsync(CancellationToken.None);

        Assert.False(await binding.Handler!(new BindingEvent("x"u8.ToArray(), null), CancellationToken.None));
        Assert.Equal(1, pump.Status.Single().Failed);
    }

    [Fact]
    public async Task Stopping_waits_for_events_at_the_app_then_aborts_them_and_takes_no_new_ones()
    {
        var binding = new FakeBinding();
        var entered = new TaskCompletionSource();
        _app.Answer = async (_, token) =>
        {
            entered.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, _time, token);
            return await Status(200);
        };
        var pump = Pump(null, ("sensors", binding, [("direction", "input")]));
        await pump.StartAsync(CancellationToken.None);
        var handling = binding.Handler!(new BindingEvent("x"u8.ToArray(), null), CancellationToken.None).AsTask();
        await entered.Task;

        var stop = pump.DisposeAsync().AsTask();
        Assert.True(binding.Stopped.IsCancellationRequested);
        Assert.False(stop.IsCompleted);
        Assert.False(handling.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(5));

        await stop.WaitAsync(Patience);
        Assert.False(await handling);
        Assert.False(await binding.Handler!(new BindingEvent("y"u8.ToArray(), null), CancellationToken.None));
    }

    [Fact]
    public async Task Without_an_app_nothing_is_read()
    {
        var binding = new FakeBinding();
        await using var pump = new InputBindingPump(Sidecar(null, ("sensors", binding, [])));

        await pump.StartAsync(CancellationToken.None);

        Assert.Equal(0, binding.Starts);
    }

    private static ValueTask<AppResponse> Status(int status) => ValueTask.FromResult(new AppResponse { Status = status });

    private InputBindingPump Pump(InputBindingPumpOptions? options, params (string Name, FakeBinding Binding, (string Name, string Value)[] Metadata)[] bindings) =>
        new(Sidecar(_app, bindings), options);

    private Sidecar Sidecar(IAppChannel? app, params (string Name, FakeBinding Binding, (string Name, string Value)[] Metadata)[] bindings) => new()
    {
        Options = new SidecarOptions { AppId = "app1" },
        App = app,
        Components = new SidecarComponents
        {
            InputBindings = bindings.ToDictionary(
                b => b.Name,
                b => new Loaded<IInputBinding>(
                    new ComponentSpec
                    {
                        Name = b.Name,
                        Type = "bindings.fake",
                        Metadata = new ComponentMetadata(b.Metadata.Select(m => KeyValuePair.Create(m.Name, m.Value))),
                    },
                    b.Binding)),
        },
        Time = _time,
        Loggers = NullLoggerFactory.Instance,
    };

    private sealed class FakeApp : IAppChannel
    {
        public ConcurrentQueue<AppRequest> Requests { get; } = new();

        public Func<AppRequest, CancellationToken, ValueTask<AppResponse>> Answer { get; set; } = (_, _) => Status(200);

        public Task WaitUntilListeningAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public ValueTask<AppResponse> SendAsync(AppRequest request, CancellationToken cancellationToken)
        {
            Requests.Enqueue(request);
            return Answer(request, cancellationToken);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class FakeBinding : IInputBinding
    {
        public int FailingStarts { get; init; }

        public int Starts { get; private set; }

        public TaskCompletionSource Started { get; } = new();

        public BindingHandler? Handler { get; private set; }

        public CancellationToken Stopped { get; private set; }

        public ValueTask StartAsync(BindingHandler handler, CancellationToken cancellationToken)
        {
            if (++Starts <= FailingStarts)
            {
                throw new ComponentException("the broker is away");
            }

            (Handler, Stopped) = (handler, cancellationToken);
            Started.SetResult();
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
