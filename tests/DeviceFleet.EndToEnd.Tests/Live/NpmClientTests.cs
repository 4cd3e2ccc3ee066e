using System.Text.Json;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.EndToEnd.Tests.Processes;

namespace DeviceFleet.EndToEnd.Tests.Live;

/// <summary>Programs of strangers under Node: the hub with the official npm client, and a device with the npm MQTT client.</summary>
public sealed class NpmClientTests(FleetFixture fleet)
{
    [Fact]
    public async Task The_npm_client_sees_a_device_come_online_move_and_go_offline()
    {
        const string name = "npm-watched";
        using var node = await NodeProgram.StartAsync("hub-client.mjs", fleet.Local.SignInLink.AbsoluteUri, name);
        await node.SeenAsync("watching");

        var device = new MqttDevice(fleet.Local, name);
        await device.ConnectAsync();
        await node.SeenAsync("online", seen => Is(seen, "online"));
        await device.SendAsync(0, 42.5);
        await node.SeenAsync("the value", seen => Is(seen, "online") && seen.GetProperty("temp") is { ValueKind: JsonValueKind.Number } temp && temp.GetDouble() == 42.5);
        await device.DisposeAsync();
        await node.SeenAsync("offline", seen => Is(seen, "offline"));

        Assert.Equal(0, await node.EndAsync());
    }

    [Fact]
    public async Task A_device_with_the_npm_mqtt_client_does_all_that_the_documentation_says()
    {
        var id = DeviceId.Parse("npm-device");
        using var client = await FleetClient.SignInAsync(fleet.Local);
        using var device = await NodeProgram.StartAsync(
            "device.mjs", $"mqtt://127.0.0.1:{fleet.Local.MqttPort}", id.Value, await Identities.Of(fleet.Local).PasswordOfAsync(fleet.Local, id));
        await device.SeenAsync("ready");

        await device.TellAsync("""{"do":"sample","seq":0,"temp":20.5}""");
        await device.SeenAsync("done");
        var view = await FleetClient.UntilAsync("the sample", () => client.DeviceAsync(id), seen => seen.Metrics.GetValueOrDefault("temp") == 20.5);
        Assert.Equal((Presence.Online, "npm", "1.0.0"), (view.Presence, view.Type, view.Firmware));

        var written = (await client.WriteDesiredAsync(id, """{"colour":"red"}""")).Sound;
        var desired = await device.SeenAsync("desired", seen => IsDesired(seen, written.Desired.Version));
        Assert.Equal("""{"colour":"red"}""", desired.GetProperty("delta").GetRawText());
        var reported = desired.GetProperty("reportedVersion").GetInt64();
        await device.TellAsync($$"""{"do":"report","patch":{"colour":"red"},"version":{{reported}} }""");
        await device.SeenAsync("done");
        await device.TellAsync("""{"do":"ask"}""");
        var inStep = await device.SeenAsync("the answer", seen => IsDesired(seen, written.Desired.Version) && seen.GetProperty("reportedVersion").GetInt64() > reported);
        Assert.Equal("{}", inStep.GetProperty("delta").GetRawText());

        // MQTT 5: the answer went to the response topic with the correlation data, as the command asked.
        var command = (await client.CommandAsync(id, """{"name":"paint","args":{"coats":2}}""", wait: 20)).Sound;
        var executed = await device.SeenAsync("executed");
        Assert.Equal((CommandState.Succeeded, """{"echo":{"coats":2}}"""), (command.State, command.Result?.GetRawText()));
        Assert.Equal(command.Id, executed.GetProperty("commandId").GetString());
        Assert.Equal(MqttTopics.CommandResult(id, command.Id), executed.GetProperty("responseTopic").GetString());
        Assert.False(string.IsNullOrEmpty(executed.GetProperty("correlation").GetString()));
        var refused = (await client.CommandAsync(id, """{"name":"refuse"}""", wait: 20)).Sound;
        Assert.Equal((CommandState.Failed, "no"), (refused.State, refused.Error));

        await device.TellAsync("""{"do":"crash"}""");
        await FleetClient.UntilAsync("offline by its last will", () => client.DeviceAsync(id), seen => seen.Presence == Presence.Offline);
    }

    private static bool IsDesired(JsonElement seen, long version) => seen.GetProperty("what").GetString() == "desired" && seen.GetProperty("version").GetInt64() == version;

    private static bool Is(JsonElement seen, string presence) => seen.TryGetProperty("presence", out var value) && value.GetString() == presence;
}
