using EmbeddedDapr.Actors;

namespace EmbeddedDapr.Tests.Actors;

public sealed class ActorRuntimeTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_call_from_another_apps_sidecar_reaches_the_host_and_names_its_caller()
    {
        await using var app = new ActorHarness().Host("T");
        var caller = app.NewSidecar("caller");
        string[] headers = [];
        app.Answer = (request, _) =>
        {
            headers = [.. headers, .. (request.Headers ?? []).Select(header => $"{header.Key}={header.Value}")];
            return ValueTask.FromResult(200);
        };

        var result = await caller.Actors.InvokeAsync(new ActorInvocation { ActorType = "T", ActorId = "a b", Method = "é" }, Cancelled);

        Assert.Null(result.Error);
        Assert.Equal("PUT /actors/T/a%20b/method/%C3%A9", await app.NextCallAsync());
        Assert.Contains("dapr-caller-app-id=caller", headers);
        Assert.Contains("dapr-api-call=true", headers);
    }

    [Fact]
    public async Task A_call_waits_for_its_type_to_be_hosted()
    {
        await using var app = new ActorHarness();

        var call = app.Actors.InvokeAsync(new ActorInvocation { ActorType = "T", ActorId = "1", Method = "m" }, Cancelled).AsTask();
        Assert.False(call.IsCompleted);
        app.Host("T");

        Assert.Null((await call).Error);
    }

    [Fact]
    public async Task A_type_stays_with_the_app_that_declared_it_first()
    {
        await using var app = new ActorHarness().Host("T");
        var other = app.NewSidecar("other");

        other.Actors.Host(new ActorConfiguration { Types = new Dictionary<string, ActorTypeOptions> { ["T"] = ActorTypeOptions.Default, ["U"] = ActorTypeOptions.Default } });

        Assert.Equal(["T"], app.Runtime.CountActive(app.Sidecar).Select(type => type.Key));
        Assert.Equal(["U"], app.Runtime.CountActive(other).Select(type => type.Key));
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("a?b")]
    [InlineData("a\nb")]
    [InlineData("..")]
    public async Task Names_that_no_path_can_hold_are_refused(string id)
    {
        await using var app = new ActorHarness().Host("T");

        var result = await app.Actors.InvokeAsync(new ActorInvocation { ActorType = "T", ActorId = id, Method = "m" }, Cancelled);

        Assert.Equal("ERR_BAD_REQUEST", result.Error?.Code);
    }

    [Fact]
    public async Task State_of_an_actor_that_is_not_active_cannot_be_written()
    {
        await using var app = new ActorHarness().Host("T");
        var operation = """[{"operation":"upsert","request":{"key":"k","value":{"b":1, "a":12345678901234567890}}}]"""u8.ToArray();

        Assert.Equal("ERR_ACTOR_INSTANCE_MISSING", (await app.Actors.WriteStateAsync("T", "1", operation, Cancelled))?.Code);
        await app.Actors.InvokeAsync(new ActorInvocation { ActorType = "T", ActorId = "1", Method = "m" }, Cancelled);
        Assert.Null(await app.Actors.WriteStateAsync("T", "1", operation, Cancelled));

        var stored = await app.Actors.GetStateAsync("T", "1", "k", Cancelled);
        Assert.Equal("""{"b":1, "a":12345678901234567890}""", System.Text.Encoding.UTF8.GetString(stored.Value!.Value.Span));
    }

    [Fact]
    public async Task Idleness_counts_from_the_end_of_the_last_turn()
    {
        await using var app = new ActorHarness().Host("T");
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        app.Answer = async (request, _) =>
        {
            if (request.Method == "PUT")
            {
                await gate.Task;
            }

            return 200;
        };
        var call = app.Actors.InvokeAsync(new ActorInvocation { ActorType = "T", ActorId = "1", Method = "m" }, Cancelled).AsTask();
        Assert.Equal("PUT /actors/T/1/method/m", await app.NextCallAsync());

        app.Time.Advance(TimeSpan.FromMinutes(90));
        gate.SetResult();
        await call;
        app.Time.Advance(TimeSpan.FromMinutes(59));
        Assert.True(app.IsQuiet);
        app.Time.Advance(TimeSpan.FromMinutes(31));

        Assert.Equal("DELETE /actors/T/1", await app.NextCallAsync());
    }

    [Fact]
    public async Task Stopping_tells_every_actor_and_refuses_new_calls()
    {
        var app = new ActorHarness().Host("T");
        for (var id = 0; id < 200; id++)
        {
            await app.Actors.InvokeAsync(new ActorInvocation { ActorType = "T", ActorId = $"{id}", Method = "m" }, Cancelled);
            await app.NextCallAsync();
        }

        await app.Runtime.StopAsync();

        for (var id = 0; id < 200; id++)
        {
            Assert.StartsWith("DELETE", await app.NextCallAsync(), StringComparison.Ordinal);
        }

        var result = await app.Actors.InvokeAsync(new ActorInvocation { ActorType = "T", ActorId = "1", Method = "m" }, Cancelled);
        Assert.Equal("ERR_ACTOR_RUNTIME_CLOSED", result.Error?.Code);
        await app.DisposeAsync();
    }

    [Fact]
    public async Task A_timer_keeps_its_grid_and_counts_its_repetitions()
    {
        await using var app = new ActorHarness().Host("T");
        Assert.Null(app.Actors.CreateTimer("T", "1", "t", """{"dueTime":"1s","period":"R3/PT1S","callback":"m","data":"x"}"""u8.ToArray()));
        Assert.Equal("ERR_ACTOR_TIMER_CREATE", app.Actors.CreateTimer("T", "1", "t", """{"period":"R0/PT1S"}"""u8.ToArray())?.Code);

        app.Time.Advance(TimeSpan.FromSeconds(10));

        for (var tick = 0; tick < 3; tick++)
        {
            Assert.Equal("PUT /actors/T/1/method/timer/t", await app.NextCallAsync());
        }

        app.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.True(app.IsQuiet);
    }
}
