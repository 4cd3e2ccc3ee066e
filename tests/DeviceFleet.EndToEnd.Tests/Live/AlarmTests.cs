using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Live;
using Microsoft.AspNetCore.SignalR.Client;

namespace DeviceFleet.EndToEnd.Tests.Live;

/// <summary>Alarms from a rule in the settings file to the operator and back.</summary>
public sealed class AlarmTests(FleetFixture fleet)
{
    private const string Rule = "rule.e2e-hot";

    [Fact]
    public async Task A_rule_edited_live_raises_the_operator_acknowledges_and_the_value_clears()
    {
        var (http, cookies) = await fleet.Local.SignInAsync();
        using var client = new FleetClient(http);
        await using var device = new MqttDevice(fleet.Local, "alarm-live");
        await device.ConnectAsync();
        Assert.NotNull((await client.RegisterAsync(device.Id, """{"tags":{"e2e":"hot"}}""")).Value);
        await using var hub = await fleet.Local.ConnectHubAsync(cookies);
        var raised = new TaskCompletionSource<DeviceAlarm>(TaskCreationOptions.RunContinuationsAsynchronously);
        hub.On<DeviceAlarm>(FleetHubContract.AlarmChanged, alarm =>
        {
            if (alarm.DeviceId == device.Id)
            {
                raised.TrySetResult(alarm);
            }
        });
        await HubWatch.StartAsync(hub);
        await device.SendAsync(0, 90);
        Assert.Empty((await client.AlarmsAsync(device.Id)).Sound.Alarms);

        await EditAsync(client, version: 1, above: 80);
        await device.SendAsync(1, 91);
        var alarm = await raised.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        var acknowledged = (await client.ChangeAlarmAsync(device.Id, alarm.Id, "acknowledge")).Sound;
        var assigned = (await client.ChangeAlarmAsync(device.Id, alarm.Id, "assign", "kim")).Sound;
        var commented = (await client.ChangeAlarmAsync(device.Id, alarm.Id, "comment", "valve open")).Sound;
        await device.SendAsync(2, 79);
        var notYet = Assert.Single((await client.AlarmsAsync(device.Id)).Sound.Alarms);
        await device.SendAsync(3, 74);
        var cleared = Assert.Single((await client.AlarmsAsync(device.Id)).Sound.Alarms);

        Assert.Equal((AlarmState.Active, "e2e-hot", 1L), (alarm.State, alarm.Rule.Id, alarm.Rule.Version));
        Assert.Equal(91, alarm.Evidence.Samples[^1].Value);
        Assert.Equal((AlarmState.Acknowledged, "kim"), (acknowledged.State, assigned.Assignee));
        Assert.Equal("valve open", Assert.Single(commented.Comments).Text);
        Assert.Equal(AlarmState.Acknowledged, notYet.State);
        Assert.Equal((AlarmState.Cleared, "rule"), (cleared.State, cleared.ClearedBy));
        Assert.Equal(74, cleared.ClearEvidence!.Samples[^1].Value);
        Assert.Equal(0, (await client.DeviceAsync(device.Id)).Sound.Alarms.Active);
    }

    [Fact]
    public async Task A_bad_rule_is_refused_with_the_reason_and_the_old_one_stays()
    {
        using var client = await FleetClient.SignInAsync(fleet.Local);
        await SettingsFile.SetAsync(fleet.Local.Data, "rule.e2e-bad", """{"version":1,"severity":"info","when":{"kind":"threshold","metric":"x","op":">","value":1}}""");
        await FleetClient.UntilAsync("the rule", client.SettingsAsync, settings => settings.Rules.Any(rule => rule.Id == "e2e-bad"));

        await SettingsFile.SetAsync(fleet.Local.Data, "rule.e2e-bad", """{"version":2,"severity":"info","when":{"kind":"threshold","metric":"x","op":">"}}""");
        var after = await FleetClient.UntilAsync("the refusal", client.SettingsAsync, settings => settings.Refused.Any(refused => refused.Key == "rule.e2e-bad"));

        var refusal = after.Refused.Single(refused => refused.Key == "rule.e2e-bad");
        Assert.Equal(1, refusal.InForce);
        Assert.NotEmpty(refusal.Faults);
        Assert.Equal(1, after.Rules.Single(rule => rule.Id == "e2e-bad").Version);
    }

    private async Task EditAsync(FleetClient client, long version, double above)
    {
        await SettingsFile.SetAsync(
            fleet.Local.Data,
            Rule,
            $$"""{"version":{{version}},"severity":"warning","scope":{"tags":{"e2e":"hot"} },"hysteresis":5,"when":{"kind":"threshold","value":{{above}},"metric":"temp","op":">"} }""");
        await FleetClient.UntilAsync("the rule in force", client.SettingsAsync, settings => settings.Rules.Any(rule => rule.Id == "e2e-hot" && rule.Version == version));
    }
}
