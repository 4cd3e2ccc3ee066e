using System.Net;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Devices.Actors;
using DeviceFleet.Devices.Tests.Fakes;

namespace DeviceFleet.Devices.Tests.Actors;

/// <summary>The twin through the SDK: what is stored, what goes down, what is told, and what crashes in between leave.</summary>
public sealed class TwinTurnTests
{
    [Fact]
    public async Task Desired_is_stored_then_sent_retained_then_told()
    {
        await using var host = await DevicesHost.StartAsync();
        string? storedWhenSent = null;
        host.Runtime.OnBinding = _ => (storedWhenSent = host.Runtime.ActorState.GetValueOrDefault("Device||pump-1||twin")) is not null;

        var reply = await host.WriteDesiredAsync("pump-1", """{"interval":5}""");

        Assert.Equal((ChangeOutcome.Applied, 1L), (reply.Outcome, reply.Value!.Desired.Version));
        Assert.Contains("\"interval\":5", storedWhenSent, StringComparison.Ordinal);
        var sent = Assert.Single(host.Runtime.BindingCalls);
        Assert.Equal((DaprNames.DesiredOut, "fleet/pump-1/desired"), (sent.Binding, sent.Topic));
        Assert.Equal("""{"version":1,"desired":{"interval":5},"delta":{"interval":5},"reportedVersion":0}""", sent.Payload);
        var told = Assert.Single(host.TwinEvents());
        Assert.Equal(("desired", 1L, "ann", """{"interval":5}"""), (told.Part, told.Version, told.By, told.Patch!.Value.GetRawText()));
        Assert.Equivalent(await host.ViewAsync("pump-1"), told.View);
        Assert.Equal((1L, 0L, host.Now()), (told.View.Twin.DesiredVersion, told.View.Twin.ReportedVersion, told.View.Twin.PendingSince!.Value));
    }

    [Fact]
    public async Task What_changes_nothing_writes_sends_and_tells_nothing()
    {
        await using var host = await DevicesHost.StartAsync();
        await host.WriteDesiredAsync("pump-1", """{"interval":5}""");
        var before = host.Runtime.Transactions;

        var same = await host.WriteDesiredAsync("pump-1", """{"interval":5}""", ifVersion: 1);
        var stale = await host.WriteDesiredAsync("pump-1", """{"interval":6}""", ifVersion: 0);
        var wrong = await host.WriteDesiredAsync("pump-1", "[]");

        Assert.Equal([ChangeOutcome.Unchanged, ChangeOutcome.Conflict, ChangeOutcome.Invalid], [same.Outcome, stale.Outcome, wrong.Outcome]);
        Assert.Equal((before, 1, 1), (host.Runtime.Transactions, host.Runtime.BindingCalls.Count, host.TwinEvents().Count));
        Assert.Equal(1, stale.Value!.Desired.Version);
    }

    [Fact]
    public async Task A_report_is_stored_with_its_event_in_one_transaction_and_brings_the_device_in_step()
    {
        await using var host = await DevicesHost.StartAsync();
        await host.WriteDesiredAsync("pump-1", """{"interval":5}""");
        using var online = await host.SendStatusAsync("pump-1", """{"online":true,"boot":1}""");
        var before = host.Runtime.Transactions;

        using var answer = await host.SendReportedAsync("pump-1", """{"version":0,"patch":{"interval":5,"firmware":"1.2","deviceType":"pump"}}""");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var twin = await host.TwinAsync("pump-1");
        Assert.Equal((1L, null, "{}"), (twin.Reported.Version, twin.PendingSince, twin.Delta.GetRawText()));
        Assert.Equal(("device", 1L), (twin.Reported.Writers["/interval"].By, twin.Reported.Writers["/interval"].Version));
        var view = await host.ViewAsync("pump-1");
        Assert.Equal(("pump", "1.2", null), (view.Type, view.Firmware, view.Twin.PendingSince));
        Assert.Equal(1, host.Runtime.Transactions - before);
    }

    [Fact]
    public async Task A_stale_report_is_refused_and_the_device_learns_the_version_that_it_may_name()
    {
        await using var host = await DevicesHost.StartAsync();
        using var first = await host.SendReportedAsync("pump-1", """{"version":0,"patch":{"a":1}}""");

        using var again = await host.SendReportedAsync("pump-1", """{"version":0,"patch":{"a":2}}""");

        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        var rejected = Assert.Single(host.Rejected());
        Assert.Equal((RejectionReasons.StaleVersion, "fleet/pump-1/reported", 1L), (rejected.Reason, rejected.Topic, rejected.View!.Totals.Invalid));
        Assert.Equal(1, Assert.Single(host.Runtime.DesiredSent()).ReportedVersion);
        Assert.Equal("""{"a":1}""", (await host.TwinAsync("pump-1")).Reported.Value.GetRawText());
    }

    [Theory]
    [InlineData("""{"patch":[1]}""", RejectionReasons.Malformed)]
    [InlineData("""{"version":1}""", RejectionReasons.Malformed)]
    [InlineData("""{"patch":{}} {}""", RejectionReasons.Malformed)]
    [InlineData("""{"patch":{"a":"\ud800"}}""", RejectionReasons.Malformed)]
    [InlineData("""{"version":"one","patch":{}}""", RejectionReasons.Malformed)]
    [InlineData("""{"version":-1,"patch":{}}""", RejectionReasons.OutOfBounds)]
    [InlineData("""{"patch":{"":1}}""", RejectionReasons.OutOfBounds)]
    [InlineData("""{"patch":{"a":[[[[[[[[[[[1]]]]]]]]]]]}}""", RejectionReasons.OutOfBounds)]
    public async Task What_cannot_be_taken_is_settled_counted_and_in_rejected(string payload, string reason)
    {
        await using var host = await DevicesHost.StartAsync();

        using var answer = await host.SendReportedAsync("pump-1", payload);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var rejected = Assert.Single(host.Rejected());
        Assert.Equal((reason, 1L, 1L, reason), (rejected.Reason, rejected.View!.Totals.Received, rejected.View.Totals.Invalid, rejected.View.LastRejection));
        Assert.Equal((0L, 1L), ((await host.TwinAsync("pump-1")).Reported.Version, rejected.View.Revision));
    }

    [Fact]
    public async Task Desired_and_reported_are_held_to_the_type_that_the_device_has()
    {
        await using var host = await DevicesHost.StartAsync();
        await host.ConfigureAsync("type.pump", """{"twin":{"/interval":{"kind":"integer","min":1,"max":60}}}""");
        var before = await host.WriteDesiredAsync("pump-1", """{"interval":"often"}""");

        using var wrong = await host.SendReportedAsync("pump-1", """{"patch":{"deviceType":"pump","interval":0}}""");
        using var right = await host.SendReportedAsync("pump-1", """{"patch":{"deviceType":"pump","interval":1}}""");
        var other = await host.WriteDesiredAsync("pump-1", """{"other":1}""");
        var after = await host.WriteDesiredAsync("pump-1", """{"interval":5,"other":1}""");

        Assert.Equal([ChangeOutcome.Applied, ChangeOutcome.Invalid, ChangeOutcome.Applied], [before.Outcome, other.Outcome, after.Outcome]);
        Assert.Contains("/interval", other.Detail, StringComparison.Ordinal);
        Assert.Equal(RejectionReasons.OutOfType, Assert.Single(host.Rejected()).Reason);
        Assert.Equal(1, (await host.TwinAsync("pump-1")).Reported.Version);
    }

    [Fact]
    public async Task A_device_that_asks_is_sent_desired_whatever_there_is()
    {
        await using var host = await DevicesHost.StartAsync();

        using var first = await host.SendAsync(DaprNames.TwinGetIn, "fleet/pump-1/twin/get", "");
        await host.WriteDesiredAsync("pump-1", """{"a":1}""");
        using var second = await host.SendAsync(DaprNames.TwinGetIn, "fleet/pump-1/twin/get", "anything");

        Assert.Equal([0L, 1L, 1L], host.Runtime.DesiredSent().Select(message => message.Version));
        Assert.Equal(Presence.Online, (await host.ViewAsync("pump-1")).Presence);
    }

    [Fact]
    public async Task A_device_that_connects_is_sent_desired_once_it_was_written()
    {
        await using var host = await DevicesHost.StartAsync();
        using var never = await host.SendStatusAsync("pump-1", """{"online":true,"boot":1}""");
        Assert.Empty(host.Runtime.BindingCalls);
        await host.WriteDesiredAsync("pump-1", """{"a":1}""");

        using var again = await host.SendStatusAsync("pump-1", """{"online":true,"boot":1}""");
        using var gone = await host.SendStatusAsync("pump-1", """{"online":false,"boot":1}""");
        using var telemetry = await host.SendTelemetryAsync("pump-1", """{"metrics":{"t":1}}""");
        using var more = await host.SendTelemetryAsync("pump-1", """{"metrics":{"t":2}}""");

        Assert.Equal(3, host.Runtime.DesiredSent().Count); // written, connected, online by telemetry
    }

    [Fact]
    public async Task What_the_broker_did_not_take_is_sent_by_the_retry_in_its_newest_version()
    {
        await using var host = await DevicesHost.StartAsync();
        host.Runtime.OnBinding = _ => false;
        await host.WriteDesiredAsync("pump-1", """{"a":1}""");
        var second = await host.WriteDesiredAsync("pump-1", """{"a":2}""");
        Assert.Equal(ChangeOutcome.Applied, second.Outcome);
        Assert.Contains("pump-1||retry", host.Runtime.Reminders.Keys);

        await host.Runtime.FireAsync("pump-1", DeviceActor.RetryReminder);
        Assert.Contains("pump-1||retry", host.Runtime.Reminders.Keys);
        host.Runtime.OnBinding = _ => true;
        await host.Runtime.FireAsync("pump-1", DeviceActor.RetryReminder);

        Assert.Equal(2, Assert.Single(host.Runtime.DesiredSent()).Version);
        Assert.DoesNotContain("pump-1||retry", host.Runtime.Reminders.Keys);
    }

    [Fact]
    public async Task What_a_crash_kept_from_being_sent_is_sent_when_the_actor_wakes()
    {
        var host = await DevicesHost.StartAsync();
        var runtime = host.Runtime;
        runtime.OnBinding = _ => false;
        runtime.OnBulkPublish = _ => Task.FromResult(false);
        await host.WriteDesiredAsync("pump-1", """{"a":1}""");
        runtime.Reminders.TryRemove("pump-1||retry", out _); // the crash came before it was set
        await host.StopAsync();
        (runtime.OnBinding, runtime.OnBulkPublish) = (_ => true, _ => Task.FromResult(true));

        await using var restarted = await DevicesHost.StartOnAsync(runtime, host.Time);
        await runtime.FireAsync("pump-1", DeviceActor.WakeReminder);

        Assert.Equal(1, Assert.Single(runtime.DesiredSent()).Version);
        Assert.Equal("desired", Assert.Single(restarted.TwinEvents()).Part);
        Assert.DoesNotContain("\"unsent\":true", runtime.ActorState["Device||pump-1||device"], StringComparison.Ordinal);
    }
}
