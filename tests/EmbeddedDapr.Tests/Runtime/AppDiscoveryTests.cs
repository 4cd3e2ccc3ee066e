using EmbeddedDapr.Apps;
using EmbeddedDapr.Runtime;
using EmbeddedDapr.Tests.Fakes;
using Microsoft.Extensions.Logging.Abstractions;

namespace EmbeddedDapr.Tests.Runtime;

public sealed class AppDiscoveryTests
{
    [Theory]
    [InlineData(200, """{"entities":["T"]}""", 1)]
    [InlineData(200, "no json", 0)]
    [InlineData(200, """{"entities":["T"],"actorIdleTimeout":"x"}""", 0)]
    [InlineData(404, """{"entities":["T"]}""", 0)]
    [InlineData(201, """{"entities":["T"]}""", 0)]
    public async Task Only_a_readable_200_brings_actors(int status, string body, int types)
    {
        var app = FakeApp.Answering(status, body);

        var actors = await AppDiscovery.ActorsAsync(SidecarOf(app), TestContext.Current.CancellationToken);

        Assert.Equal(types, actors.Types.Count);
        Assert.Equal(("GET", "/dapr/config"), (app.Requests[0].Method, app.Requests[0].Path));
        Assert.Contains(new KeyValuePair<string, string>("dapr-app-id", "app"), app.Requests[0].Headers!);
    }

    [Theory]
    [InlineData(200, """[{"pubsubname":"p","topic":"t","route":"/r"}]""", 1)]
    [InlineData(200, "", 0)]
    [InlineData(200, "{}", 0)]
    [InlineData(404, "", 0)]
    [InlineData(500, "", 0)]
    public async Task Only_a_readable_200_brings_subscriptions(int status, string body, int count) => Assert.Equal(
        count,
        (await AppDiscovery.SubscriptionsAsync(SidecarOf(FakeApp.Answering(status, body)), TestContext.Current.CancellationToken)).Count);

    private static Sidecar SidecarOf(IAppChannel app) => new()
    {
        Options = new SidecarOptions { AppId = "app" },
        App = app,
        Components = new(),
        Time = TimeProvider.System,
        Loggers = NullLoggerFactory.Instance,
    };
}
