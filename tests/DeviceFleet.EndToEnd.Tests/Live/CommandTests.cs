using System.Net;
using System.Text.Json;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Live;
using Microsoft.AspNetCore.SignalR.Client;

namespace DeviceFleet.EndToEnd.Tests.Live;

/// <summary>Commands from operator to device and back.</summary>
public sealed class CommandTests(FleetFixture fleet)
{
    [Fact]
    public async Task The_caller_waits_for_the_result_and_a_watcher_sees_each_state()
    {
        var (http, cookies) = await fleet.Local.SignInAsync();
        using var client = new FleetClient(http);
        await using var device = await ConnectAsync(client, "command-online");
        await using var hub = await fleet.Local.ConnectHubAsync(cookies);
        var states = new List<CommandState>();
        var (accepted, ended) = (NewSignal(), NewSignal());
        hub.On<DeviceCommand>(FleetHubContract.CommandChanged, command =>
        {
            states.Add(command.State);
            (command.EndedAt is not null ? ended : command.AcknowledgedAt is not null ? accepted : NewSignal()).TrySetResult();
        });
        await hub.InvokeAsync<DeviceSnapshot>(FleetHubContract.WatchDevice, device.Id.Value);

        var waiting = client.CommandAsync(device.Id, """{"name":"measure","args":{"depth":3}}""", wait: 20);
        var (id, message) = await device.NextCommandAsync();
        await device.AnswerAsync(id, """{"accepted":true}""");
        await accepted.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken); // the hub tells the newest state, not every one
        await device.AnswerAsync(id, """{"ok":true,"result":{"metres":12}}""");
        var answer = await waiting;
        await ended.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        Assert.Equal(("measure", """{"depth":3}"""), (message.Name, message.Args?.GetRawText()));
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal((id, CommandState.Succeeded), (answer.Sound.Id, answer.Sound.State));
        Assert.Equal("""{"metres":12}""", JsonSerializer.Serialize(answer.Sound.Result));
        Assert.Equal(states.Order(), states);
    }

    [Fact]
    public async Task A_key_makes_a_command_one_and_the_device_may_repeat_its_answer()
    {
        using var client = await FleetClient.SignInAsync(fleet.Local);
        await using var device = await ConnectAsync(client, "command-key");

        var first = await client.CommandAsync(device.Id, """{"name":"open"}""", key: "door-1");
        var again = await client.CommandAsync(device.Id, """{"name":"open"}""", key: "door-1");
        var other = await client.CommandAsync(device.Id, """{"name":"close"}""", key: "door-1");
        var (id, _) = await device.NextCommandAsync();
        await device.AnswerAsync(id, """{"ok":false,"error":"stuck"}""");
        await device.AnswerAsync(id, """{"ok":false,"error":"stuck"}""");
        var command = await FleetClient.UntilAsync("failed", () => client.GetCommandAsync(device.Id, id), seen => seen.State == CommandState.Failed);

        Assert.Equal(HttpStatusCode.Accepted, first.Status);
        Assert.Equal((first.Sound.Id, first.Sound.Id), (again.Sound.Id, id));
        Assert.Equal(HttpStatusCode.Conflict, other.Status);
        Assert.Equal("stuck", command.Error);
        Assert.Single((await client.CommandsAsync(device.Id)).Sound.Commands);
    }

    [Fact]
    public async Task Commands_for_a_device_that_is_away_come_in_order_when_it_connects_and_what_expired_or_was_taken_back_does_not()
    {
        using var client = await FleetClient.SignInAsync(fleet.Local);
        var away = await ConnectAsync(client, "command-away");
        await away.DisposeAsync();
        await FleetClient.UntilAsync("offline", () => client.DeviceAsync(away.Id), view => view.Presence == Presence.Offline);

        var names = new[] { "first", "short", "second", "wrong", "third" };
        var sent = new Dictionary<string, DeviceCommand>();
        foreach (var name in names)
        {
            sent[name] = (await client.CommandAsync(away.Id, $$"""{"name":"{{name}}","expiresInSeconds":{{(name == "short" ? 1 : 300)}}}""")).Sound;
        }

        var takenBack = await client.CancelAsync(away.Id, sent["wrong"].Id);
        var expired = await FleetClient.UntilAsync("expired", () => client.GetCommandAsync(away.Id, sent["short"].Id), command => command.State == CommandState.Expired);
        await using var back = new MqttDevice(fleet.Local, "command-away");
        await back.ConnectListeningAsync();
        var delivered = new List<string>();
        foreach (var _ in (string[])["first", "second", "third"])
        {
            var (id, message) = await back.NextCommandAsync();
            delivered.Add(message.Name);
            await back.AnswerAsync(id, """{"ok":true}""");
        }

        await FleetClient.UntilAsync("none open", () => client.DeviceAsync(away.Id), view => view.OpenCommands == 0);
        Assert.All(sent.Values, command => Assert.Equal(CommandState.Queued, command.State));
        Assert.Equal(["first", "second", "third"], delivered);
        Assert.Equal(CommandState.Cancelled, takenBack.Sound.State);
        Assert.NotNull(expired.Error);
        Assert.Equal(HttpStatusCode.Conflict, (await client.CancelAsync(away.Id, sent["first"].Id)).Status);
    }

    [Fact]
    public async Task A_command_that_is_not_answered_in_time_expires_and_a_late_answer_is_refused()
    {
        using var client = await FleetClient.SignInAsync(fleet.Local);
        await using var device = await ConnectAsync(client, "command-late");

        var answer = await client.CommandAsync(device.Id, """{"name":"dream","timeoutSeconds":1}""", wait: 20);
        var (id, _) = await device.NextCommandAsync();
        await device.AnswerAsync(id, """{"ok":true}""");
        var view = await FleetClient.UntilAsync("the refusal", () => client.DeviceAsync(device.Id), seen => seen.LastRejection is not null);

        Assert.Equal(CommandState.Expired, answer.Sound.State);
        Assert.Equal(RejectionReasons.NoSuchCommand, view.LastRejection);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task<MqttDevice> ConnectAsync(FleetClient client, string name)
    {
        var device = new MqttDevice(fleet.Local, name);
        await device.ConnectListeningAsync();
        await FleetClient.UntilAsync("the gateway knows it", () => client.DeviceAsync(device.Id), view => view.Presence == Presence.Online);
        return device;
    }
}
