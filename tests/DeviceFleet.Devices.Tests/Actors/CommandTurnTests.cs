using System.Net;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Devices.Actors;
using DeviceFleet.Devices.Tests.Fakes;

namespace DeviceFleet.Devices.Tests.Actors;

/// <summary>Commands through the SDK: what is stored, what goes down in which order, what is told, and what crashes in between leave.</summary>
public sealed class CommandTurnTests
{
    private const string Online = """{"online":true,"boot":1}""";
    private const string Offline = """{"online":false,"boot":1}""";

    [Fact]
    public async Task A_command_to_a_connected_device_is_stored_sent_and_noted_as_delivered()
    {
        await using var host = await DevicesHost.StartAsync();
        using var online = await host.SendStatusAsync("pump-1", Online);
        string? storedWhenSent = null;
        host.Runtime.OnBinding = _ => (storedWhenSent = host.Runtime.ActorState.GetValueOrDefault("Device||pump-1||commands")) is not null;

        var reply = await host.CommandAsync("pump-1", "open", request => request with { Args = DeviceCalls.Json("""{"to":"ü"}"""), TimeoutMs = 5_000 });

        Assert.Equal((ChangeOutcome.Applied, CommandState.Delivered, 1), (reply.Outcome, reply.Value!.State, reply.Value.Deliveries));
        Assert.Contains("\"state\":\"queued\"", storedWhenSent, StringComparison.Ordinal);
        Assert.Contains("\"state\":\"delivered\"", host.Runtime.ActorState["Device||pump-1||commands"], StringComparison.Ordinal);
        var sent = Assert.Single(host.Runtime.BindingCalls);
        Assert.Equal((DaprNames.DeviceOut, $"fleet/pump-1/commands/{reply.Value.Id}"), (sent.Binding, sent.Topic));
        Assert.Equal($$"""{"name":"open","args":{"to":"ü"},"expiresAt":{{host.Now() + 5_000}}}""", sent.Payload);
        Assert.Equal([CommandState.Queued, CommandState.Delivered], host.CommandEvents().Select(told => told.Command.State));
        Assert.All(host.CommandEvents(), told => Assert.Equal(1, told.View.OpenCommands));
    }

    [Fact]
    public async Task The_device_acknowledges_and_answers()
    {
        await using var host = await DevicesHost.StartAsync();
        using var online = await host.SendStatusAsync("pump-1", Online);
        var command = (await host.CommandAsync("pump-1", "open")).Value!;

        var before = host.Runtime.Transactions;
        using var accepted = await host.SendResultAsync("pump-1", command.Id, """{"accepted":true}""");
        using var done = await host.SendResultAsync("pump-1", command.Id, """{"ok":true,"result":{"position":5}}""");
        Assert.Equal(before + 2, host.Runtime.Transactions);
        using var again = await host.SendResultAsync("pump-1", command.Id, """{"ok":true,"result":{"position":5}}""");

        Assert.All([accepted, done, again], answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.Equal(
            [CommandState.Queued, CommandState.Delivered, CommandState.Acknowledged, CommandState.Succeeded],
            host.CommandEvents().Select(told => told.Command.State));
        Assert.Empty(host.Rejected());
        Assert.Equal((CommandState.Succeeded, """{"position":5}"""), ((await host.CommandsAsync("pump-1"))[0].State, (await host.CommandsAsync("pump-1"))[0].Result!.Value.GetRawText()));
        Assert.Equal(0, (await host.ViewAsync("pump-1")).OpenCommands);
    }

    [Fact]
    public async Task A_second_request_with_the_same_key_is_the_same_command_and_is_not_sent_again()
    {
        await using var host = await DevicesHost.StartAsync();
        using var online = await host.SendStatusAsync("pump-1", Online);
        var first = await host.CommandAsync("pump-1", "open", request => request with { Key = "k1" });

        var again = await host.CommandAsync("pump-1", "open", request => request with { Key = "k1" });
        var other = await host.CommandAsync("pump-1", "close", request => request with { Key = "k1" });

        Assert.Equal([ChangeOutcome.Unchanged, ChangeOutcome.Conflict], [again.Outcome, other.Outcome]);
        Assert.Equal(first.Value!.Id, again.Value!.Id);
        Assert.Single(host.Runtime.CommandsSent());
    }

    [Fact]
    public async Task Commands_wait_for_the_device_and_are_delivered_in_order_when_it_connects()
    {
        await using var host = await DevicesHost.StartAsync();
        List<string> ids = [];
        for (var i = 0; i < 5; i++)
        {
            ids.Add((await host.CommandAsync("pump-1", $"c{i}")).Value!.Id);
        }

        Assert.Empty(host.Runtime.BindingCalls);
        Assert.Equal(ChangeOutcome.Applied, (await host.CancelAsync("pump-1", ids[2])).Outcome);

        using var online = await host.SendStatusAsync("pump-1", Online);

        Assert.Equal([ids[0], ids[1], ids[3], ids[4]], host.Runtime.CommandsSent());
        Assert.Equal(ChangeOutcome.Conflict, (await host.CancelAsync("pump-1", ids[3])).Outcome);
    }

    [Fact]
    public async Task A_device_that_never_says_so_gets_its_commands_when_its_telemetry_brings_it_online()
    {
        await using var host = await DevicesHost.StartAsync();
        var id = (await host.CommandAsync("pump-1", "open")).Value!.Id;

        using var first = await host.SendTelemetryAsync("pump-1", """{"metrics":{"t":1}}""");
        using var second = await host.SendTelemetryAsync("pump-1", """{"metrics":{"t":1}}""");

        Assert.Equal([id], host.Runtime.CommandsSent());
    }

    [Fact]
    public async Task At_reconnect_what_was_not_answered_is_sent_again_before_what_waits()
    {
        await using var host = await DevicesHost.StartAsync();
        using var online = await host.SendStatusAsync("pump-1", Online);
        var one = (await host.CommandAsync("pump-1", "one")).Value!.Id;
        var two = (await host.CommandAsync("pump-1", "two")).Value!.Id;
        var three = (await host.CommandAsync("pump-1", "three")).Value!.Id;
        using var done = await host.SendResultAsync("pump-1", one, """{"ok":true}""");
        using var working = await host.SendResultAsync("pump-1", two, """{"accepted":true}""");
        using var offline = await host.SendStatusAsync("pump-1", Offline);
        var four = (await host.CommandAsync("pump-1", "four")).Value!.Id;

        using var back = await host.SendStatusAsync("pump-1", Online);

        Assert.Equal([one, two, three, three, four], host.Runtime.CommandsSent());
        Assert.Equal(2, (await host.CommandsAsync("pump-1")).Single(command => command.Id == three).Deliveries);
    }

    [Fact]
    public async Task What_is_not_delivered_or_not_answered_in_time_expires()
    {
        await using var host = await DevicesHost.StartAsync();
        var undelivered = (await host.CommandAsync("pump-1", "one", request => request with { ExpiresInMs = 60_000 })).Value!.Id;
        host.Time.Advance(TimeSpan.FromSeconds(60));
        await host.Runtime.FireAsync("pump-1", DeviceActor.WakeReminder);
        using var online = await host.SendStatusAsync("pump-1", Online);
        var unanswered = (await host.CommandAsync("pump-1", "two", request => request with { TimeoutMs = 20_000 })).Value!.Id;
        Assert.Equal("0h0m20s0ms", host.Runtime.Reminders["pump-1||wake"].DueTime);
        host.Time.Advance(TimeSpan.FromSeconds(20));
        await host.Runtime.FireAsync("pump-1", DeviceActor.WakeReminder);

        using var late = await host.SendResultAsync("pump-1", unanswered, """{"ok":true}""");

        Assert.Equal([unanswered], host.Runtime.CommandsSent());
        var commands = await host.CommandsAsync("pump-1");
        Assert.Equal([unanswered, undelivered], commands.Select(command => command.Id));
        Assert.All(commands, command => Assert.Equal(CommandState.Expired, command.State));
        Assert.Equal(["Not answered in time.", "Not delivered in time."], commands.Select(command => command.Error));
        Assert.Equal(RejectionReasons.NoSuchCommand, Assert.Single(host.Rejected()).Reason);
        Assert.Equal(2, host.CommandEvents().Count(told => told.Command.State == CommandState.Expired));
    }

    [Fact]
    public async Task An_answer_after_its_time_is_too_late_even_when_the_reminder_did_not_come_yet()
    {
        await using var host = await DevicesHost.StartAsync();
        using var online = await host.SendStatusAsync("pump-1", Online);
        var command = (await host.CommandAsync("pump-1", "one", request => request with { TimeoutMs = 1_000 })).Value!;
        var revision = (await host.ViewAsync("pump-1")).Revision;
        host.Time.Advance(TimeSpan.FromSeconds(2));

        using var late = await host.SendResultAsync("pump-1", command.Id, """{"ok":true}""");

        Assert.Equal(CommandState.Expired, (await host.CommandsAsync("pump-1"))[0].State);
        Assert.Equal(RejectionReasons.NoSuchCommand, Assert.Single(host.Rejected()).Reason);
        Assert.Equal(revision + 1, (await host.ViewAsync("pump-1")).Revision);
    }

    [Fact]
    public async Task What_the_broker_did_not_take_is_sent_by_the_retry_in_order()
    {
        await using var host = await DevicesHost.StartAsync();
        using var online = await host.SendStatusAsync("pump-1", Online);
        host.Runtime.OnBinding = _ => false;
        var one = (await host.CommandAsync("pump-1", "one")).Value!;
        Assert.Equal(CommandState.Queued, one.State);
        host.Runtime.OnBinding = call => !call.Topic.EndsWith("-2", StringComparison.Ordinal);
        var two = (await host.CommandAsync("pump-1", "two")).Value!;
        var three = (await host.CommandAsync("pump-1", "three")).Value!;
        Assert.Equal([one.Id], host.Runtime.CommandsSent());

        host.Runtime.OnBinding = _ => true;
        await host.Runtime.FireAsync("pump-1", DeviceActor.RetryReminder);

        Assert.Equal([one.Id, two.Id, three.Id], host.Runtime.CommandsSent());
        Assert.DoesNotContain("pump-1||retry", host.Runtime.Reminders.Keys);
        Assert.All(await host.CommandsAsync("pump-1"), command => Assert.Equal((CommandState.Delivered, 1), (command.State, command.Deliveries)));
    }

    [Fact]
    public async Task A_crash_between_sending_and_noting_it_sends_the_same_id_again_and_any_answer_to_it_counts()
    {
        var host = await DevicesHost.StartAsync();
        var runtime = host.Runtime;
        using var online = await host.SendStatusAsync("pump-1", Online);
        var state = new Dictionary<string, string>();
        runtime.OnBinding = call =>
        {
            foreach (var (key, value) in runtime.ActorState)
            {
                state[key] = value; // what is on disk at the moment at which it is sent
            }

            return true;
        };
        var command = (await host.CommandAsync("pump-1", "open", request => request with { Key = "k" })).Value!;
        await host.StopAsync();
        foreach (var (key, value) in state)
        {
            runtime.ActorState[key] = value;
        }

        await using var restarted = await DevicesHost.StartOnAsync(runtime, host.Time);
        Assert.Equal(CommandState.Delivered, (await restarted.CommandsAsync("pump-1"))[0].State);
        Assert.Equal([command.Id, command.Id], runtime.CommandsSent()); // it was queued, and its activation sent it again
        var again = await restarted.CommandAsync("pump-1", "open", request => request with { Key = "k" });
        using var done = await restarted.SendResultAsync("pump-1", command.Id, """{"ok":true}""");

        Assert.Equal((ChangeOutcome.Unchanged, command.Id), (again.Outcome, again.Value!.Id));
        Assert.Equal(CommandState.Succeeded, Assert.Single(await restarted.CommandsAsync("pump-1")).State);
        Assert.Empty(restarted.Rejected());
    }

    [Fact]
    public async Task While_events_cannot_be_published_no_more_commands_are_taken_than_there_is_room_for()
    {
        await using var host = await DevicesHost.StartAsync();
        host.Runtime.OnBulkPublish = _ => Task.FromResult(false);
        ChangeReply<DeviceCommand> reply;
        var sent = 0;
        do
        {
            reply = await host.CommandAsync("pump-1", "open", request => request with { ExpiresInMs = 1 });
            sent++;
            host.Time.Advance(TimeSpan.FromSeconds(1));
        }
        while (reply.Outcome == ChangeOutcome.Applied);

        Assert.Equal(ChangeOutcome.Full, reply.Outcome);
        Assert.InRange(sent, 100, Outbox.CommandsStopAt + 2);
    }

    [Theory]
    [InlineData("{}", RejectionReasons.Malformed)]
    [InlineData("""{"accepted":false}""", RejectionReasons.Malformed)]
    [InlineData("""{"ok":"yes"}""", RejectionReasons.Malformed)]
    [InlineData("""{"ok":true,"result":"\ud800"}""", RejectionReasons.Malformed)]
    [InlineData("""{"ok":true} x""", RejectionReasons.Malformed)]
    [InlineData("""{"ok":true}""", RejectionReasons.NoSuchCommand)]
    public async Task What_is_no_answer_is_settled_counted_and_in_rejected(string payload, string reason)
    {
        await using var host = await DevicesHost.StartAsync();

        using var answer = await host.SendResultAsync("pump-1", "c1", payload);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var rejected = Assert.Single(host.Rejected());
        Assert.Equal((reason, 1L, 1L), (rejected.Reason, rejected.View!.Totals.Received, rejected.View.Totals.Invalid));
    }

    [Fact]
    public async Task A_result_larger_than_the_bound_is_refused()
    {
        await using var host = await DevicesHost.StartAsync();

        using var large = await host.SendResultAsync("pump-1", "c1", $$"""{"ok":true,"result":"{{new string('x', CommandLimits.JsonBytesMax)}}"}""");
        using var larger = await host.SendResultAsync("pump-1", "c1", $$"""{"ok":true,"result":"{{new string('x', MqttTopics.PayloadBytesMax)}}"}""");

        Assert.Equal([RejectionReasons.OutOfBounds, RejectionReasons.TooLarge], host.Rejected().Select(rejected => rejected.Reason));
    }
}
