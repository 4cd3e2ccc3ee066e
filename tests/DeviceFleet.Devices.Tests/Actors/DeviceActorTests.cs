using System.Net;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Devices.Tests.Fakes;
using DeviceFleet.Devices.Actors;
using DeviceFleet.ServiceDefaults.Actors;
using DeviceFleet.Testing;

namespace DeviceFleet.Devices.Tests.Actors;

/// <summary>The actor through the SDK's whole dispatch, on the SDK's own state manager over HTTP.</summary>
public class DeviceActorTests
{
    private protected virtual IActorStateManagerFactory? StateManagers(FakeRuntime runtime) => null;

    private protected async Task<DevicesHost> StartAsync(Dictionary<string, string?>? settings = null)
    {
        var runtime = await FakeRuntime.StartAsync();
        return await DevicesHost.StartOnAsync(
            runtime, new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56)), null, StateManagers(runtime), settings);
    }

    [Fact]
    public async Task A_sample_is_counted_stored_and_published_before_it_is_answered()
    {
        await using var host = await StartAsync();

        using var answer = await host.SendTelemetryAsync("pump-1", """{"boot":1,"seq":0,"metrics":{"t":21.5}}""");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var sample = Assert.Single(host.Telemetry());
        Assert.Equal(("pump-1", 1L, 0L, 21.5, false), (sample.DeviceId.Value, sample.Boot!.Value, sample.Seq!.Value, sample.Metrics["t"], sample.Duplicate));
        Assert.Equal(1, sample.Totals.Applied);
        Assert.Contains("Device||pump-1||device", host.Runtime.ActorState.Keys);
        Assert.Equal(EventTypes.TelemetryReceived, host.Runtime.Published.First(published => published.Topic == PubSubTopics.Telemetry).Metadata["cloudevent.type"]);
    }

    [Fact]
    public async Task A_turn_that_changes_no_presence_writes_once()
    {
        await using var host = await StartAsync();
        using var first = await host.SendTelemetryAsync("pump-1", """{"boot":1,"seq":0,"metrics":{"t":1}}""");
        var before = host.Runtime.Transactions;

        using var second = await host.SendTelemetryAsync("pump-1", """{"boot":1,"seq":1,"metrics":{"t":2}}""");

        Assert.Equal(before + 1, host.Runtime.Transactions);
        Assert.Single(host.Runtime.ReminderCalls);
    }

    [Fact]
    public async Task A_duplicate_is_counted_as_one_and_published_again_as_one()
    {
        await using var host = await StartAsync();
        using var first = await host.SendTelemetryAsync("pump-1", """{"boot":1,"seq":0,"metrics":{"t":1}}""");

        using var second = await host.SendTelemetryAsync("pump-1", """{"boot":1,"seq":0,"metrics":{"t":1}}""");

        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.Equal([false, true], host.Telemetry().Select(sample => sample.Duplicate));
        Assert.Equal(new DeviceTotals(2, 1, 1, 0, 0, 0), (await host.ViewAsync("pump-1")).Totals);
    }

    [Fact]
    public async Task A_failed_save_counts_nothing_and_is_not_answered_with_200()
    {
        await using var host = await StartAsync();
        using var first = await host.SendTelemetryAsync("pump-1", """{"boot":1,"seq":0,"metrics":{"t":1}}""");
        host.Runtime.FailSaves = true;

        using var failed = await host.SendTelemetryAsync("pump-1", """{"boot":1,"seq":1,"metrics":{"t":2}}""");
        host.Runtime.FailSaves = false;
        var view = await host.ViewAsync("pump-1");
        using var again = await host.SendTelemetryAsync("pump-1", """{"boot":1,"seq":1,"metrics":{"t":2}}""");

        Assert.Equal(HttpStatusCode.InternalServerError, failed.StatusCode);
        Assert.Equal(1, view.Totals.Received);
        Assert.Equal(new DeviceTotals(2, 2, 0, 0, 0, 0), (await host.ViewAsync("pump-1")).Totals);
        Assert.Equal(2, host.Telemetry().Count);
    }

    [Fact]
    public async Task State_outlives_deactivation_and_restart()
    {
        await using var host = await StartAsync();
        using var first = await host.SendTelemetryAsync("pump-1", """{"boot":3,"seq":7,"metrics":{"t":1}}""");
        var before = await host.ViewAsync("pump-1");
        await host.Runtime.DeactivateAsync("pump-1");

        var after = await host.ViewAsync("pump-1");
        using var late = await host.SendTelemetryAsync("pump-1", """{"boot":3,"seq":5,"metrics":{"t":0}}""");

        Assert.Equivalent(before, after);
        var view = await host.ViewAsync("pump-1");
        Assert.Equal((2L, 7L, 1.0), (view.Totals.Applied, view.Seq!.Value, view.Metrics["t"]));
    }

    [Fact]
    public async Task State_that_was_stored_before_there_were_twins_and_alarms_is_read()
    {
        await using var host = await StartAsync();
        host.Runtime.ActorState["Device||pump-1||device"] = """{"deviceId":"pump-1","revision":7,"presence":"online","totals":{"received":1,"applied":1}}""";

        using var answer = await host.SendTelemetryAsync("pump-1", """{"boot":1,"seq":0,"metrics":{"t":1}}""");

        Assert.Equal((HttpStatusCode.OK, 8L, 2L), (answer.StatusCode, (await host.ViewAsync("pump-1")).Revision, (await host.ViewAsync("pump-1")).Totals.Applied));
    }

    [Fact]
    public async Task Presence_changes_are_published_after_they_are_stored_and_leave_the_outbox()
    {
        await using var host = await StartAsync();
        List<string> stored = [];
        host.Runtime.OnBulkPublish = topic =>
        {
            if (topic == PubSubTopics.DeviceEvents)
            {
                stored.Add(host.Runtime.ActorState["Device||pump-1||device"]);
            }

            return Task.FromResult(true);
        };

        using var online = await host.SendStatusAsync("pump-1", """{"online":true,"boot":1}""");
        var before = host.Runtime.Transactions;
        using var offline = await host.SendStatusAsync("pump-1", """{"online":false,"boot":1,"reason":"bye"}""");
        Assert.Equal(before + 1, host.Runtime.Transactions); // it takes out what was published before
        await host.Runtime.FireAsync("pump-1", DeviceActor.WakeReminder);

        Assert.Equal([Presence.Online, Presence.Offline], host.Presence().Select(change => change.Presence));
        Assert.Equal("bye", host.Presence()[1].Reason);
        Assert.All(stored, state => Assert.Contains("\"outbox\":[{", state, StringComparison.Ordinal));
        Assert.Contains("\"outbox\":[]", host.Runtime.ActorState["Device||pump-1||device"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_could_not_be_published_waits_in_the_outbox_until_the_reminder()
    {
        await using var host = await StartAsync();
        host.Runtime.OnBulkPublish = _ => Task.FromResult(false);
        using var online = await host.SendStatusAsync("pump-1", """{"online":true,"boot":1}""");
        Assert.Equal(HttpStatusCode.OK, online.StatusCode);
        Assert.Contains("pump-1||retry", host.Runtime.Reminders.Keys);

        host.Runtime.OnBulkPublish = _ => Task.FromResult(true);
        await host.Runtime.FireAsync("pump-1", DeviceActor.RetryReminder);

        Assert.Equal(Presence.Online, Assert.Single(host.Presence()).Presence);
        Assert.DoesNotContain("pump-1||retry", host.Runtime.Reminders.Keys);
    }

    [Fact]
    public async Task What_a_crash_left_in_the_outbox_is_published_when_the_watch_wakes_the_actor()
    {
        var host = await StartAsync();
        host.Runtime.OnBulkPublish = _ => Task.FromResult(false);
        using var online = await host.SendStatusAsync("pump-1", """{"online":true,"boot":1}""");
        host.Runtime.Reminders.TryRemove("pump-1||retry", out _);
        var runtime = host.Runtime;
        await host.StopAsync();
        runtime.OnBulkPublish = _ => Task.FromResult(true);
        Assert.Contains("pump-1||wake", runtime.Reminders.Keys);

        await using var restarted = await DevicesHost.StartOnAsync(runtime, host.Time, null, StateManagers(runtime));
        await runtime.FireAsync("pump-1", DeviceActor.WakeReminder);

        Assert.Equal(Presence.Online, Assert.Single(restarted.Presence()).Presence);
    }

    [Fact]
    public async Task Turns_of_one_device_at_once_lose_nothing()
    {
        await using var host = await StartAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(seq =>
            host.SendTelemetryAsync("pump-1", $$$"""{"boot":1,"seq":{{{seq}}},"metrics":{"t":1}}""")));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.Equal(40, (await host.ViewAsync("pump-1")).Totals.Applied);
        Assert.Equal(40, host.Telemetry().Select(sample => sample.Seq).Distinct().Count());
    }
}

/// <summary>The same on a state manager that a host supplies: nothing of the actor's own state goes over HTTP.</summary>
public sealed class DeviceActorOnSuppliedStateTests : DeviceActorTests
{
    private protected override IActorStateManagerFactory StateManagers(FakeRuntime runtime) => new MemoryStateManagers(runtime);
}
