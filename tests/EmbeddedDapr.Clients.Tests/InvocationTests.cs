using System.Net;
using System.Net.Http.Json;
using Dapr.Client;

namespace EmbeddedDapr.Clients.Tests;

public sealed class InvocationTests(ClientApp app) : IClassFixture<ClientApp>
{
    private const string AppId = "clients";

    [Fact]
    public async Task Body_status_and_headers_pass_both_ways()
    {
        using var client = DaprClient.CreateInvokeHttpClient(AppId, app.Dapr.HttpEndpoint.ToString());
        using var request = new HttpRequestMessage(HttpMethod.Post, "/echo") { Content = JsonContent.Create(new Order("a", 1)) };
        request.Headers.Add("x-told", "yes");

        using var answer = await client.SendAsync(request);

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal("yes", Assert.Single(answer.Headers.GetValues("x-saw")));
        Assert.Equal(new Order("a", 2), await answer.Content.ReadFromJsonAsync<Order>());
    }

    [Fact]
    public async Task The_client_of_the_SDK_invokes_by_app_and_method()
    {
#pragma warning disable CS0618 // what its users still call
        Assert.Equal(new Order("b", 8), await app.Client.InvokeMethodAsync<Order, Order>(AppId, "echo", new Order("b", 7)));
#pragma warning restore CS0618
    }

    [Fact]
    public async Task An_error_of_the_app_reaches_the_caller_as_it_is()
    {
        using var client = DaprClient.CreateInvokeHttpClient(AppId, app.Dapr.HttpEndpoint.ToString());

        using var answer = await client.GetAsync(new Uri("/fails", UriKind.Relative));

        Assert.Equal(418, (int)answer.StatusCode);
        Assert.Contains("as asked", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_app_that_nobody_runs_is_an_error()
    {
        using var client = DaprClient.CreateInvokeHttpClient("nobody", app.Dapr.HttpEndpoint.ToString());

        using var answer = await client.GetAsync(new Uri("/x", UriKind.Relative));

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Contains("ERR_DIRECT_INVOKE", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
