using System.Net;
using System.Text;
using System.Text.Json;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Devices.Ingest;
using DeviceFleet.Devices.Tests.Fakes;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Devices.Tests.Ingest;

public sealed class IngestEndpointsTests
{
    [Theory]
    [InlineData("{not json", RejectionReasons.Malformed)]
    [InlineData("""{"metrics":{"a":1e999}}""", RejectionReasons.OutOfBounds)]
    public async Task An_unreadable_message_is_settled_counted_and_visible(string payload, string reason)
    {
        await using var host = await DevicesHost.StartAsync();

        using var answer = await host.SendTelemetryAsync("pump-1", payload);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var refused = Assert.Single(host.Rejected());
        Assert.Equal((reason, "pump-1", "fleet/pump-1/telemetry", "devices"), (refused.Reason, refused.DeviceId!.Value.Value, refused.Topic, refused.By));
        Assert.Equal(payload, Encoding.UTF8.GetString(Convert.FromBase64String(refused.PayloadHead!)));
        Assert.Equal(new DeviceTotals(1, 0, 0, 0, 1, 0), refused.View!.Totals);
        Assert.Equal(refused.Reason, (await host.ViewAsync("pump-1")).LastRejection);
        Assert.Empty(host.Telemetry());
    }

    [Fact]
    public async Task A_message_that_is_too_large_is_refused_without_being_kept()
    {
        await using var host = await DevicesHost.StartAsync();

        using var answer = await host.SendAsync(DaprNames.TelemetryIn, "fleet/pump-1/telemetry", new byte[200_000]);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var refused = Assert.Single(host.Rejected());
        Assert.Equal((RejectionReasons.TooLarge, 200_000), (refused.Reason, refused.PayloadBytes));
        Assert.Equal(256, Convert.FromBase64String(refused.PayloadHead!).Length);
    }

    [Theory]
    [InlineData("fleet/pump-1/status")]
    [InlineData("fleet/pump 1/telemetry")]
    [InlineData("elsewhere")]
    [InlineData("")]
    public async Task A_stray_topic_is_refused_and_asks_no_actor(string topic)
    {
        await using var host = await DevicesHost.StartAsync();

        using var answer = await host.SendAsync(DaprNames.TelemetryIn, topic, """{"metrics":{"a":1}}""");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(RejectionReasons.WrongTopic, Assert.Single(host.Rejected()).Reason);
        Assert.Empty(host.Runtime.ActorState);
    }

    [Fact]
    public async Task Of_one_message_the_sound_samples_are_taken_and_the_others_refused_one_by_one()
    {
        await using var host = await DevicesHost.StartAsync();

        using var answer = await host.SendTelemetryAsync(
            "pump-1", """[{"boot":1,"seq":5000,"metrics":{"a":1}},{"boot":1,"seq":1,"metrics":{"a":1}},{"boot":0,"seq":1,"metrics":{"a":1}},{"metrics":{}}]""");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Single(host.Telemetry());
        Assert.Equal([RejectionReasons.TooLate, RejectionReasons.OldBoot, RejectionReasons.OutOfBounds], host.Rejected().Select(refused => refused.Reason));
        Assert.All(host.Rejected(), refused => Assert.Equal(new DeviceTotals(4, 1, 0, 2, 1, 0), refused.View!.Totals));
    }

    [Fact]
    public async Task What_cannot_be_published_is_not_acknowledged_and_comes_again_as_a_duplicate()
    {
        await using var host = await DevicesHost.StartAsync();
        host.Runtime.OnBulkPublish = topic => Task.FromResult(topic != PubSubTopics.Telemetry);
        using var failed = await host.SendTelemetryAsync("pump-1", """{"boot":1,"seq":0,"metrics":{"a":1}}""");
        host.Runtime.OnBulkPublish = _ => Task.FromResult(true);

        using var again = await host.SendTelemetryAsync("pump-1", """{"boot":1,"seq":0,"metrics":{"a":1}}""");

        Assert.Equal((HttpStatusCode.InternalServerError, HttpStatusCode.OK), (failed.StatusCode, again.StatusCode));
        Assert.True(Assert.Single(host.Telemetry()).Duplicate);
        Assert.Equal(1, (await host.ViewAsync("pump-1")).Totals.Applied);
    }

    [Fact]
    public async Task A_status_that_is_none_is_refused()
    {
        await using var host = await DevicesHost.StartAsync();

        using var empty = await host.SendStatusAsync("pump-1", "");
        using var without = await host.SendStatusAsync("pump-1", """{"boot":1}""");
        using var negative = await host.SendStatusAsync("pump-1", """{"online":true,"boot":-1}""");

        Assert.Equal([RejectionReasons.Malformed, RejectionReasons.Malformed, RejectionReasons.OutOfBounds], host.Rejected().Select(refused => refused.Reason));
        Assert.Equal(Presence.Unknown, (await host.ViewAsync("pump-1")).Presence);
    }

    [Fact]
    public async Task The_broker_s_refusals_are_passed_on_and_asked_of_no_actor()
    {
        await using var host = await DevicesHost.StartAsync();
        var refused = new RejectedEvent { Reason = RejectionReasons.WrongDevice, Detail = "d", DeviceId = DeviceId.Parse("pump-1"), At = 1, By = "broker" };

        using var told = await host.SendAsync(
            DaprNames.RejectionsIn, MqttTopics.BrokerRejections, JsonSerializer.Serialize(refused, ContractsJson.Default.RejectedEvent));
        using var nonsense = await host.SendAsync(DaprNames.RejectionsIn, MqttTopics.BrokerRejections, """{"reason":"made-up"}""");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (told.StatusCode, nonsense.StatusCode));
        Assert.Equal([("broker", RejectionReasons.WrongDevice), ("devices", RejectionReasons.Malformed)], host.Rejected().Select(e => (e.By, e.Reason)));
        Assert.Empty(host.Runtime.ActorState);
    }

    [Fact]
    public async Task Routes_of_the_sidecar_want_its_token()
    {
        await using var host = await DevicesHost.StartAsync(appToken: "secret");
        using var stranger = new HttpClient { BaseAddress = host.Runtime.App };

        using var sound = await host.SendTelemetryAsync("pump-1", """{"metrics":{"a":1}}""");
        Assert.Equal(HttpStatusCode.OK, sound.StatusCode);
        foreach (var (method, path) in new[]
        {
            (HttpMethod.Post, "/telemetry-in"), (HttpMethod.Post, "/status-in"), (HttpMethod.Post, "/rejections-in"), (HttpMethod.Get, "/dapr/config"),
            (HttpMethod.Put, "/actors/Device/pump-1/method/GetView"), (HttpMethod.Put, "/actors/Device/pump-1/method/remind/offline"),
            (HttpMethod.Delete, "/actors/Device/pump-1"),
        })
        {
            using var request = new HttpRequestMessage(method, path);
            request.Headers.Add("dapr-api-token", "guess");
            using var answer = await stranger.SendAsync(request);
            Assert.Equal((path, HttpStatusCode.Unauthorized), (path, answer.StatusCode));
        }

        using var health = await stranger.GetAsync(new Uri("/healthz", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
    }

    [Fact]
    public async Task The_service_declares_its_actors()
    {
        await using var host = await DevicesHost.StartAsync();
        using var client = new HttpClient { BaseAddress = host.Runtime.App };

        var config = await client.GetStringAsync(new Uri("/dapr/config", UriKind.Relative));

        Assert.Contains("\"entities\":[\"Device\",\"Group\"]", config, StringComparison.Ordinal);
        Assert.Contains("\"actorIdleTimeout\":\"0h10m0s0ms\"", config, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_deliberate_fault_is_refused_outside_its_environment_and_loses_data_in_it()
    {
        Dictionary<string, string?> fault = new() { ["Ingest:FaultAcknowledgeBeforeCommit"] = "true" };

        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => DevicesHost.StartAsync(settings: fault));
        await using var host = await DevicesHost.StartAsync(settings: fault, environment: IngestOptions.FaultEnvironment);
        host.Runtime.FailSaves = true;
        using var answer = await host.SendTelemetryAsync("pump-1", """{"boot":1,"seq":0,"metrics":{"a":1}}""");

        Assert.Contains("FaultInjection", refused.Message, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Empty(host.Runtime.ActorState);
    }
}
