using System.Net;
using System.Text;
using System.Text.Json;
using Dapr.Client;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Provisioning.Tests.Runtime;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace DeviceFleet.Provisioning.Tests.Access;

/// <summary>What a broker asks over HTTP, in the bodies that EMQX 5 sends, through the sidecar.</summary>
public sealed class AccessEndpointsTests
{
    private readonly KeptWorld _world = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(56));

    [Fact]
    public async Task A_broker_is_told_who_may_connect()
    {
        await using var life = await ProvisioningLife.StartAsync(_world, _time);
        var change = new IdentityChange { Action = IdentityAction.Register, By = "ada", At = 1 };
        var secret = (await life.Identities.ApplyAsync(DeviceId.Parse("pump-1"), change, CancellationToken.None)).Value!.Secret!;

        Assert.Equal(("allow", null), await AskAsync(life, ProvisioningRoutes.Authenticate, $$"""{"username":"pump-1","password":"{{secret}}","clientid":"pump-1"}"""));
        Assert.Equal("deny", (await AskAsync(life, ProvisioningRoutes.Authenticate, """{"username":"pump-1","password":"guess","clientid":"pump-1"}""")).Result);
        Assert.Equal("deny", (await AskAsync(life, ProvisioningRoutes.Authenticate, $$"""{"username":"pump-1","password":"{{secret}}","clientid":"pump-2"}""")).Result);
        Assert.Equal("deny", (await AskAsync(life, ProvisioningRoutes.Authenticate, """{"username":"pump-9","password":"","clientid":"pump-9"}""")).Result);
    }

    [Fact]
    public async Task A_broker_is_told_what_a_device_may_do()
    {
        await using var life = await ProvisioningLife.StartAsync(_world, _time);

        async Task<string?> ResultAsync(string topic, string action) =>
            (await AskAsync(life, ProvisioningRoutes.Authorize, $$"""{"username":"pump-1","clientid":"pump-1","topic":"{{topic}}","action":"{{action}}"}""")).Result;

        Assert.Equal("allow", await ResultAsync("fleet/pump-1/telemetry", "publish"));
        Assert.Equal("allow", await ResultAsync("fleet/pump-1/desired", "subscribe"));
        Assert.Equal("deny", await ResultAsync("fleet/pump-2/telemetry", "publish"));
        Assert.Equal("deny", await ResultAsync("fleet/+/desired", "subscribe"));
        Assert.Equal("deny", await ResultAsync("#", "subscribe"));
        Assert.Equal("deny", await ResultAsync("fleet/pump-1/telemetry", "all"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"username":7}""")]
    public async Task What_is_no_question_is_answered_with_the_reason(string body)
    {
        await using var life = await ProvisioningLife.StartAsync(_world, _time);

        foreach (var route in new[] { ProvisioningRoutes.Authenticate, ProvisioningRoutes.Authorize })
        {
            using var answer = await PostAsync(life, route, body);

            Assert.Equal((HttpStatusCode.BadRequest, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        }
    }

    private static async Task<(string? Result, string? Reason)> AskAsync(ProvisioningLife life, string route, string body)
    {
        using var answer = await PostAsync(life, route, body);
        Assert.Equal((HttpStatusCode.OK, "application/json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType)); // EMQX ignores any other
        using var verdict = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return (verdict.RootElement.GetProperty("result").GetString(), verdict.RootElement.TryGetProperty("reason", out var reason) ? reason.GetString() : null);
    }

    private static async Task<HttpResponseMessage> PostAsync(ProvisioningLife life, string route, string body)
    {
        using var client = life.Services.GetRequiredService<DaprClient>().CreateInvokableHttpClient(DaprNames.ProvisioningApp);
        return await client.PostAsync(new Uri(route, UriKind.Relative), new StringContent(body, Encoding.UTF8, "application/json"));
    }
}
