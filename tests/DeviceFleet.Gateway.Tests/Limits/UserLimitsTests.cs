using System.Net;
using DeviceFleet.Contracts.Live;
using DeviceFleet.Gateway.Tests.Fakes;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;

namespace DeviceFleet.Gateway.Tests.Limits;

/// <summary>The bucket is refilled by a real clock, so these leave it empty for longer than they run: one token a second, and far more calls than that.</summary>
public sealed class UserLimitsTests
{
    private const int Burst = 20;
    private const int Calls = 200;
    private static readonly Dictionary<string, string?> Tight = new() { ["RateLimits:PerSecond"] = "1", ["RateLimits:Burst"] = "20" };

    [Theory]
    [InlineData("/api/fleet")]
    [InlineData("/api/openapi.json")]
    public async Task A_user_above_the_limit_is_told_to_wait_and_another_is_not(string path)
    {
        await using var host = await GatewayHost.StartAsync(settings: Tight);
        using var eager = host.SignedIn(user: "eager");
        using var calm = host.SignedIn(user: "calm");

        List<HttpStatusCode> answers = [];
        for (var call = 0; call < Calls; call++)
        {
            using var answer = await eager.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
            answers.Add(answer.StatusCode);
            if (answer.StatusCode == HttpStatusCode.TooManyRequests)
            {
                Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
                Assert.NotNull(answer.Headers.RetryAfter);
            }
        }

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.TooManyRequests], answers.Distinct());
        Assert.True(answers.Count(status => status == HttpStatusCode.OK) >= Burst);
        using var other = await calm.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    [Fact]
    public async Task Calls_of_the_hub_count_too()
    {
        await using var host = await GatewayHost.StartAsync(settings: Tight);
        await using var hub = host.Hub();
        await hub.StartAsync(TestContext.Current.CancellationToken);

        var refusal = await Assert.ThrowsAsync<HubException>(async () =>
        {
            for (var call = 0; call < Calls; call++)
            {
                await hub.InvokeAsync(FleetHubContract.UnwatchFleet, TestContext.Current.CancellationToken);
            }
        });

        Assert.Contains("Too many calls", refusal.Message, StringComparison.Ordinal);
    }
}
