using System.Net;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Gateway.Tests.Fakes;
using static DeviceFleet.Gateway.Tests.Fakes.Samples;

namespace DeviceFleet.Gateway.Tests.Settings;

public sealed class SettingsApiTests
{
    private const string Rule = """{"version":1,"severity":"warning","when":{"kind":"threshold","metric":"t","op":">","value":1}}""";

    [Fact]
    public async Task Settings_are_asked_of_devices()
    {
        await using var host = await GatewayHost.StartAsync();
        host.Devices.OnRoute(DevicesRoutes.Settings, _ => new FleetSettings(4, [Alarm("a", "hot").Rule], [], []));
        using var client = host.SignedIn();

        var settings = await client.CallAsync("GET", "/api/settings");

        Assert.Equal((4L, "hot"), (settings.Number("revision"), settings.Body.GetProperty("rules")[0].GetProperty("id").GetString()));
    }

    [Fact]
    public async Task While_devices_does_not_answer_it_is_503()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.SignedIn();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await client.CallAsync("GET", "/api/settings")).Problem());
    }

    [Fact]
    public async Task A_draft_is_tried_on_what_is_remembered_of_devices_and_on_what_is_sent_along()
    {
        await using var host = await GatewayHost.StartAsync();
        RuleTrial? tried = null;
        host.Devices.OnRoute(DevicesRoutes.TryRule, body =>
        {
            tried = FakeDevices.Read<RuleTrial>(body);
            return new RuleTrialResult([], [Alarm("pump-1", "hot")], 3);
        });
        await host.DeliverAsync(Telemetry("pump-1", 1, host.Now, value: 1), Telemetry("pump-1", 2, host.Now + 1, seq: 1, value: 2));
        using var client = host.SignedIn();

        var result = await client.CallAsync("POST", "/api/rules/trial", $$$"""{"rule":{{{Rule}}},"devices":["pump-1"],"series":{"mine":[{"ts":1,"metrics":{"t":9}}]},"until":7}""");

        Assert.Equal((3L, 1), (result.Number("samples"), result.Body.GetProperty("alarms").GetArrayLength()));
        Assert.Equal(7, tried!.Until);
        Assert.Equal([1, 2], tried.Series["pump-1"].Select(sample => sample.Metrics["t"]));
        Assert.Equal([9], tried.Series["mine"].Select(sample => sample.Metrics["t"]));
    }

    [Fact]
    public async Task Only_metrics_that_the_draft_looks_at_are_sent_along()
    {
        await using var host = await GatewayHost.StartAsync();
        RuleTrial? tried = null;
        host.Devices.OnRoute(DevicesRoutes.TryRule, body =>
        {
            tried = FakeDevices.Read<RuleTrial>(body);
            return new RuleTrialResult([], [], 0);
        });
        var both = Telemetry("pump-1", 1, host.Now) with { Metrics = new Dictionary<string, double> { ["t"] = 1, ["other"] = 2 } };
        await host.DeliverAsync(both, Telemetry("pump-1", 2, host.Now + 1, seq: 1) with { Metrics = new Dictionary<string, double> { ["other"] = 3 } });
        using var client = host.SignedIn();

        await client.CallAsync("POST", "/api/rules/trial", $$"""{"rule":{{Rule}},"devices":["pump-1"]}""");

        Assert.Equal(["t"], Assert.Single(tried!.Series["pump-1"]).Metrics.Keys);
    }

    [Theory]
    [InlineData("""{"rule":R}""")]
    [InlineData("""{"rule":R,"devices":[]}""")]
    [InlineData("""{"rule":R,"devices":["nobody"]}""")]
    [InlineData("""{"rule":R,"devices":[null]}""")]
    [InlineData("""{"rule":R,"series":{"a":null}}""")]
    [InlineData("""{"rule":R,"series":{"a":[null]}}""")]
    [InlineData("""{"rule":null,"series":{"a":[]}}""")]
    [InlineData("""{"rule":{"version":1},"series":{"a":[]}}""")]
    [InlineData("""{"series":{"a":[]}}""")]
    public async Task A_trial_of_nothing_or_on_nothing_is_refused(string body)
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.SignedIn();

        Assert.Equal(HttpStatusCode.BadRequest, (await client.CallAsync("POST", "/api/rules/trial", body.Replace("R", Rule, StringComparison.Ordinal))).Problem());
    }
}
