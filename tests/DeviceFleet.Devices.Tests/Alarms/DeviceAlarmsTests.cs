using System.Net;
using Dapr.Actors;
using Dapr.Actors.Client;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Devices.Actors;
using DeviceFleet.Devices.Alarms;
using DeviceFleet.Devices.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;

namespace DeviceFleet.Devices.Tests.Alarms;

/// <summary>Alarms through the actor: the SDK's dispatch, the configuration API, the outbox.</summary>
public sealed class DeviceAlarmsTests
{
    private const string Hot = """{"version":1,"severity":"critical","when":{"kind":"threshold","metric":"t","op":">","value":80},"hysteresis":5}""";

    [Fact]
    public async Task A_raise_and_its_clear_are_stored_with_the_sample_and_told_once_each()
    {
        await using var host = await DevicesHost.StartAsync();
        await host.ConfigureAsync("rule.hot", Hot);

        await SendAsync(host, 0, 81);
        await SendAsync(host, 1, 79);
        await SendAsync(host, 2, 75);

        Assert.Equal([AlarmState.Active, AlarmState.Cleared], host.Alarms().Select(change => change.Alarm.State));
        Assert.Equal([1, 0], host.Alarms().Select(change => change.View.Alarms.Active));
        var alarm = Assert.Single(await AlarmsAsync(host));
        Assert.Equal(("hot-1", "rule", 0L, 2L), (alarm.Id, alarm.ClearedBy, alarm.Evidence.Samples[0].Seq!.Value, alarm.ClearEvidence!.Samples[0].Seq!.Value));
        Assert.True(RuleEvaluator.DerivesRaise(new PreparedRule(alarm.Rule), alarm.Evidence));
        await host.Runtime.FireAsync("pump-1", DeviceActor.WakeReminder); // takes out of the outbox what was told
        Assert.DoesNotContain("\"alarm\"", host.Runtime.ActorState["Device||pump-1||device"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_one_turn_tells_shows_the_device_in_one_state()
    {
        await using var host = await DevicesHost.StartAsync();
        await host.ConfigureAsync("rule.hot", Hot);

        await SendAsync(host, 0, 81);

        Assert.Equivalent(Assert.Single(host.Alarms()).View, Assert.Single(host.Presence()).View);
        Assert.Equal(1, host.Presence()[0].View.Alarms.Active);
    }

    [Fact]
    public async Task A_message_that_raises_nothing_is_one_transaction_with_rules_too()
    {
        await using var host = await DevicesHost.StartAsync();
        await host.ConfigureAsync("rule.hot", Hot);
        await host.ConfigureAsync("rule.quiet", """{"version":1,"severity":"info","when":{"kind":"absence","for":"00:01:00"}}""");
        await host.ConfigureAsync("rule.jump", """{"version":1,"severity":"info","when":{"kind":"rate","metric":"t","op":">","value":100}}""");
        await SendAsync(host, 0, 20);
        var before = host.Runtime.Transactions;

        await SendAsync(host, 1, 21);
        await SendAsync(host, 2, 22);

        Assert.Equal(before + 2, host.Runtime.Transactions);
        Assert.DoesNotContain("Device||pump-1||alarms", host.Runtime.ActorState.Keys);
    }

    [Fact]
    public async Task A_rule_that_changes_counts_for_the_next_sample_and_what_it_raised_stays_until_it_clears()
    {
        await using var host = await DevicesHost.StartAsync();
        await host.ConfigureAsync("rule.hot", Hot);
        await SendAsync(host, 0, 81);

        await host.ConfigureAsync("rule.hot", Hot.Replace("\"version\":1", "\"version\":2", StringComparison.Ordinal).Replace("80", "60", StringComparison.Ordinal));
        await SendAsync(host, 1, 60);
        var still = Assert.Single(await AlarmsAsync(host));
        await SendAsync(host, 2, 50);
        await SendAsync(host, 3, 61);

        Assert.Equal((AlarmState.Active, 1L), (still.State, still.Rule.Version));
        Assert.Equal([(AlarmState.Active, 2L), (AlarmState.Cleared, 1L)], (await AlarmsAsync(host)).Select(alarm => (alarm.State, alarm.Rule.Version)));
    }

    [Fact]
    public async Task An_alarm_whose_rule_went_is_cleared_at_the_next_turn()
    {
        await using var host = await DevicesHost.StartAsync();
        await host.ConfigureAsync("rule.hot", Hot);
        await SendAsync(host, 0, 81);

        await host.ConfigureAsync("rule.hot", null);
        var alarm = Assert.Single(await AlarmsAsync(host));

        Assert.Equal((AlarmState.Cleared, "rule-gone", null), (alarm.State, alarm.ClearedBy, alarm.ClearEvidence));
        Assert.Equal("rule-gone", host.Alarms()[^1].Alarm.ClearedBy);
        Assert.Equal(AlarmSummary.None, (await host.ViewAsync("pump-1")).Alarms);
    }

    [Fact]
    public async Task A_device_that_leaves_the_scope_of_a_rule_loses_its_alarm_in_the_same_turn()
    {
        await using var host = await DevicesHost.StartAsync();
        await host.ConfigureAsync("rule.hot", Hot[..^1] + ""","scope":{"types":["pump"]}}""");
        await RegisterAsync(host, "pump");
        await SendAsync(host, 0, 81);

        await RegisterAsync(host, "fan");

        Assert.Equal([AlarmState.Active, AlarmState.Cleared], host.Alarms().Select(change => change.Alarm.State));
        Assert.Equal("rule-gone", host.Alarms()[^1].Alarm.ClearedBy);
    }

    [Fact]
    public async Task Absence_is_raised_by_the_wake_though_nobody_calls_and_survives_a_restart()
    {
        var host = await DevicesHost.StartAsync();
        await host.ConfigureAsync("rule.quiet", """{"version":1,"severity":"warning","when":{"kind":"absence","metric":"t","for":"00:00:30"}}""");
        await SendAsync(host, 0, 20);
        Assert.Equal("0h0m30s0ms", host.Runtime.Reminders["pump-1||wake"].DueTime);
        await host.StopAsync();

        await using var restarted = await DevicesHost.StartOnAsync(host.Runtime, host.Time);
        restarted.Time.Advance(TimeSpan.FromSeconds(29));
        await restarted.Runtime.FireAsync("pump-1", DeviceActor.WakeReminder);
        Assert.Empty(restarted.Alarms());
        restarted.Time.Advance(TimeSpan.FromSeconds(1));
        await restarted.Runtime.FireAsync("pump-1", DeviceActor.WakeReminder);
        await SendAsync(restarted, 1, 20);

        Assert.Equal([AlarmState.Active, AlarmState.Cleared], restarted.Alarms().Select(change => change.Alarm.State));
        var evidence = restarted.Alarms()[0].Alarm.Evidence;
        Assert.Equal((30_000L, 0L), (evidence.At - evidence.Since!.Value, evidence.Samples[0].Seq!.Value));
    }

    [Fact]
    public async Task To_be_asked_for_makes_no_device_that_could_be_absent()
    {
        await using var host = await DevicesHost.StartAsync();
        await host.ConfigureAsync("rule.quiet", """{"version":1,"severity":"warning","when":{"kind":"absence","for":"00:00:30"}}""");

        Assert.Empty(await AlarmsAsync(host));

        Assert.Empty(host.Runtime.ActorState);
        Assert.Empty(host.Runtime.Reminders);
    }

    [Fact]
    public async Task What_a_person_cleared_is_raised_again_only_after_it_was_over()
    {
        await using var host = await DevicesHost.StartAsync();
        await host.ConfigureAsync("rule.hot", Hot);
        await SendAsync(host, 0, 81);

        var cleared = await ChangeAsync(host, "hot-1", AlarmAction.Clear);
        await SendAsync(host, 1, 82);
        Assert.Single(await AlarmsAsync(host));
        await SendAsync(host, 2, 70);
        await SendAsync(host, 3, 82);

        Assert.Equal((ChangeOutcome.Applied, "ann"), (cleared.Outcome, cleared.Value!.ClearedBy));
        Assert.Equal(["hot-2", "hot-1"], (await AlarmsAsync(host)).Select(alarm => alarm.Id));
    }

    [Fact]
    public async Task People_acknowledge_assign_and_comment_and_each_is_told()
    {
        await using var host = await DevicesHost.StartAsync();
        await host.ConfigureAsync("rule.hot", Hot);
        await SendAsync(host, 0, 81);

        var outcomes = new[]
        {
            await ChangeAsync(host, "hot-1", AlarmAction.Acknowledge),
            await ChangeAsync(host, "hot-1", AlarmAction.Acknowledge),
            await ChangeAsync(host, "hot-1", AlarmAction.Assign, "bob"),
            await ChangeAsync(host, "hot-1", AlarmAction.Comment, "On it."),
            await ChangeAsync(host, "hot-1", AlarmAction.Comment),
            await ChangeAsync(host, "hot-9", AlarmAction.Acknowledge),
        }.Select(reply => reply.Outcome);

        Assert.Equal(
            [ChangeOutcome.Applied, ChangeOutcome.Unchanged, ChangeOutcome.Applied, ChangeOutcome.Applied, ChangeOutcome.Invalid, ChangeOutcome.NotFound], outcomes);
        Assert.Equal(4, host.Alarms().Count);
        var alarm = Assert.Single(await AlarmsAsync(host));
        Assert.Equal(
            (AlarmState.Acknowledged, "ann", "bob", "On it."), (alarm.State, alarm.AcknowledgedBy, alarm.Assignee, Assert.Single(alarm.Comments).Text));
        Assert.Equal(new AlarmSummary(1, 0, AlarmSeverity.Critical), (await host.ViewAsync("pump-1")).Alarms);
    }

    [Fact]
    public async Task Late_and_repeated_samples_are_no_business_of_a_rule()
    {
        await using var host = await DevicesHost.StartAsync();
        await host.ConfigureAsync("rule.hot", Hot);
        await SendAsync(host, 5, 20);

        await SendAsync(host, 4, 99);
        await SendAsync(host, 5, 99);

        Assert.Empty(host.Alarms());
    }

    [Fact]
    public async Task A_sample_outside_of_its_type_is_refused_with_the_reason_and_no_rule_sees_it()
    {
        await using var host = await DevicesHost.StartAsync();
        await host.ConfigureAsync("rule.hot", Hot);
        await host.ConfigureAsync("type.pump", """{"metrics":{"t":{"max":150}}}""");
        await RegisterAsync(host, "pump");

        await SendAsync(host, 0, 151);

        Assert.Equal(RejectionReasons.OutOfType, Assert.Single(host.Rejected()).Reason);
        Assert.Equal(1, (await host.ViewAsync("pump-1")).Totals.Invalid);
        Assert.Empty(host.Alarms());
    }

    [Fact]
    public async Task A_flood_of_alarms_while_nothing_can_be_published_leaves_a_bounded_outbox_that_ends_with_the_truth()
    {
        await using var host = await DevicesHost.StartAsync();
        await host.ConfigureAsync("rule.hot", Hot);
        host.Runtime.OnBulkPublish = topic => Task.FromResult(topic != Contracts.Messaging.PubSubTopics.Alarms);
        for (var i = 0; i < 100; i++)
        {
            await SendAsync(host, i, i % 2 == 0 ? 81 : 20);
        }

        host.Runtime.OnBulkPublish = _ => Task.FromResult(true);
        await host.Runtime.FireAsync("pump-1", DeviceActor.RetryReminder);

        Assert.InRange(host.Alarms().Count, 1, Outbox.ItemsMax);
        Assert.Equal(("hot-50", AlarmState.Cleared), (host.Alarms()[^1].Alarm.Id, host.Alarms()[^1].Alarm.State));
    }

    private static async Task SendAsync(DevicesHost host, long seq, double t)
    {
        using var answer = await host.SendTelemetryAsync("pump-1", FormattableString.Invariant($$$"""{"boot":1,"seq":{{{seq}}},"metrics":{"t":{{{t}}}}}"""));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static ActorProxy Proxy(DevicesHost host) =>
        host.Services.GetRequiredService<IActorProxyFactory>().Create(new ActorId("pump-1"), DeviceActorMethods.ActorType);

    private static async Task<IReadOnlyList<DeviceAlarm>> AlarmsAsync(DevicesHost host) =>
        (await Proxy(host).InvokeMethodAsync<AlarmList>(DeviceActorMethods.GetAlarms)).Alarms;

    private static Task<ChangeReply<DeviceAlarm>> ChangeAsync(DevicesHost host, string alarm, AlarmAction action, string? text = null) =>
        Proxy(host).InvokeMethodAsync<AlarmChange, ChangeReply<DeviceAlarm>>(
            DeviceActorMethods.ChangeAlarm,
            new AlarmChange { AlarmId = alarm, Action = action, Text = text, By = "ann", At = host.Time.GetUtcNow().ToUnixTimeMilliseconds() });

    private static async Task RegisterAsync(DevicesHost host, string type)
    {
        var write = new RegistrationWrite { SetType = true, Type = type, By = "ann", At = host.Time.GetUtcNow().ToUnixTimeMilliseconds() };
        var reply = await Proxy(host).InvokeMethodAsync<RegistrationWrite, ChangeReply<DeviceRegistration>>(DeviceActorMethods.WriteRegistration, write);
        Assert.Equal(ChangeOutcome.Applied, reply.Outcome);
    }
}
