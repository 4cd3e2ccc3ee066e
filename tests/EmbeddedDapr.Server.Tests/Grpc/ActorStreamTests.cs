using EmbeddedDapr.Tests.Fakes;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Proto = global::Dapr.Client.Autogen.Grpc.v1;

namespace EmbeddedDapr.Server.Tests.Grpc;

/// <summary>Apps that host actors over <c>SubscribeActorEventsAlpha1</c>.</summary>
public sealed class ActorStreamTests
{
    [Fact]
    public async Task Calls_timers_reminders_and_deactivation_reach_the_app()
    {
        await using var app = await ActorStreamHarness.StartAsync();
        using var stream = new ActorStream(app.Client.SubscribeActorEventsAlpha1());
        await stream.SendAsync(new() { InitialRequest = new() { Entities = { "T" }, ActorIdleTimeout = Duration.FromTimeSpan(TimeSpan.FromMinutes(5)) } });
        Assert.NotNull((await stream.NextAsync())?.InitialResponse);

        var call = app.Invoke("1", "m");
        var invoke = (await stream.NextAsync())!.InvokeRequest;
        Assert.Equal(("T", "1", "m", "question", "app"), (invoke.ActorType, invoke.ActorId, invoke.Method, invoke.Data.ToStringUtf8(), invoke.Metadata["dapr-caller-app-id"]));
        await stream.SendAsync(new() { InvokeResponse = new() { Id = invoke.Id, Data = ByteString.CopyFromUtf8("answer") } });
        Assert.Equal("answer", (await call).Data.ToStringUtf8());

        await app.Client.RegisterActorTimerAsync(new() { ActorType = "T", ActorId = "1", Name = "t", DueTime = "1s", Callback = "cb", Data = ByteString.CopyFromUtf8("d") });
        app.Time.Advance(TimeSpan.FromSeconds(1));
        var timer = (await stream.NextAsync())!.TimerRequest;
        Assert.Equal(("T", "1", "t", "1s", "", "cb", "\"ZA==\""), (timer.ActorType, timer.ActorId, timer.Name, timer.DueTime, timer.Period, timer.Callback, timer.Data.Unpack<BytesValue>().Value.ToStringUtf8()));
        await stream.SendAsync(new() { TimerResponse = new() { Id = timer.Id } });

        await app.Client.RegisterActorReminderAsync(new() { ActorType = "T", ActorId = "1", Name = "r", DueTime = "0s" });
        var reminder = (await stream.NextAsync())!.ReminderRequest;
        Assert.Equal(("T", "1", "r", "", ""), (reminder.ActorType, reminder.ActorId, reminder.Name, reminder.DueTime, reminder.Period));
        await stream.SendAsync(new() { ReminderResponse = new() { Id = reminder.Id } });

        // The turn ends on another thread after its answer was sent; a call behind it ends after that.
        var last = app.Invoke("1", "last");
        await stream.SendAsync(new() { InvokeResponse = new() { Id = (await stream.NextAsync())!.InvokeRequest.Id } });
        await last;
        app.Time.Advance(TimeSpan.FromMinutes(5));
        var deactivation = (await stream.NextAsync())!.DeactivateRequest;
        Assert.Equal(("T", "1"), (deactivation.ActorType, deactivation.ActorId));
        await stream.SendAsync(new() { DeactivateResponse = new() { Id = deactivation.Id } });
    }

    [Fact]
    public async Task What_the_app_says_of_a_call_reaches_the_caller()
    {
        await using var app = await ActorStreamHarness.StartAsync();
        using var stream = await app.OpenAsync("T");

        Assert.Equal(
            (StatusCode.Internal, "error invoke actor method: actor method not found: actors/T/1/method/m"),
            await FaultAsync(id => new() { RequestFailed = new() { Id = id, Code = (int)StatusCode.NotFound, Message = "no" } }));
        Assert.Equal(
            (StatusCode.Internal, "error invoke actor method: error from actor service: broken"),
            await FaultAsync(id => new() { RequestFailed = new() { Id = id, Code = (int)StatusCode.Unknown, Message = "broken" } }));
        Assert.Equal(
            (StatusCode.Internal, "error invoke actor method: actor host returned an unexpected response type: TimerResponse"),
            await FaultAsync(id => new() { TimerResponse = new() { Id = id } }));

        async Task<(StatusCode, string)> FaultAsync(Func<string, Proto.SubscribeActorEventsRequestAlpha1> answer)
        {
            var call = app.Invoke("1", "m");
            var request = (await stream.NextAsync())!.InvokeRequest;
            await stream.SendAsync(new() { InvokeResponse = new() { Id = "unknown" } });
            await stream.SendAsync(answer(request.Id));
            var fault = await Assert.ThrowsAsync<RpcException>(async () => await call);
            return (fault.StatusCode, fault.Status.Detail);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_end_of_the_stream_fails_what_is_in_flight_and_withdraws_the_types(bool politely)
    {
        await using var app = await ActorStreamHarness.StartAsync();
        using var stream = await app.OpenAsync("T");
        var call = app.Invoke("1", "m");
        await stream.NextAsync();

        if (politely)
        {
            await stream.CloseAsync();
            Assert.Null(await stream.NextAsync());
        }
        else
        {
            stream.Dispose();
        }

        var fault = await Assert.ThrowsAsync<RpcException>(async () => await call);
        Assert.Equal("error invoke actor method: actor host disconnected before responding", fault.Status.Detail);
        Assert.Empty(app.Sidecar.ActorRuntime.CountActive(app.Sidecar));

        using var again = await app.OpenAsync("T");
        var second = app.Invoke("1", "m");
        await again.SendAsync(new() { InvokeResponse = new() { Id = (await again.NextAsync())!.InvokeRequest.Id } });
        await second;
    }

    [Fact]
    public async Task The_stop_of_the_sidecar_ends_the_stream()
    {
        await using var app = await ActorStreamHarness.StartAsync();
        using var stream = await app.OpenAsync("T");
        var call = app.Invoke("1", "m");
        await stream.NextAsync();

        await app.StopAsync();

        Assert.Null(await stream.NextAsync());
        await Assert.ThrowsAsync<RpcException>(async () => await call);
    }

    [Fact]
    public async Task A_caller_that_gives_up_frees_the_turn()
    {
        await using var app = await ActorStreamHarness.StartAsync();
        using var stream = await app.OpenAsync("T");
        using var cancel = new CancellationTokenSource();
        var given = app.Invoke("1", "m", cancel.Token);
        await stream.NextAsync();
        await cancel.CancelAsync();
        await Assert.ThrowsAsync<RpcException>(async () => await given);

        var next = app.Invoke("1", "next");
        var request = (await stream.NextAsync())!.InvokeRequest;
        Assert.Equal("next", request.Method);
        await stream.SendAsync(new() { InvokeResponse = new() { Id = request.Id } });
        await next;
    }

    [Fact]
    public async Task A_stream_must_begin_with_its_types_and_an_app_over_HTTP_has_no_stream()
    {
        await using var app = await ActorStreamHarness.StartAsync();
        using var wrong = new ActorStream(app.Client.SubscribeActorEventsAlpha1());
        await wrong.SendAsync(new() { TimerResponse = new() { Id = "1" } });
        Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(wrong.NextAsync)).StatusCode);

        await using var http = await ActorStreamHarness.StartAsync(FakeApp.Answering(200));
        using var refused = new ActorStream(http.Client.SubscribeActorEventsAlpha1());
        Assert.Equal(StatusCode.FailedPrecondition, (await Assert.ThrowsAsync<RpcException>(refused.NextAsync)).StatusCode);
    }
}
