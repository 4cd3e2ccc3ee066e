using System.Net;
using System.Net.Http.Headers;
using DeviceFleet.Gateway.Auth;
using DeviceFleet.Gateway.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;

namespace DeviceFleet.Gateway.Tests.Auth;

public sealed class SignInTests
{
    [Theory]
    [InlineData("/")]
    [InlineData("/index.html")]
    [InlineData("/assets/app-1234.js")]
    [InlineData("/devices/pump-1")]
    [InlineData("/api/fleet")]
    [InlineData("/api/devices")]
    [InlineData("/api/devices/pump-1")]
    [InlineData("/api/session")]
    [InlineData("/api/rejections")]
    [InlineData("/api/openapi.json")]
    [InlineData("/api/alarms")]
    [InlineData("/api/groups")]
    [InlineData("/api/settings")]
    [InlineData("/api/devices/pump-1/twin")]
    [InlineData("/api/devices/pump-1/commands")]
    [InlineData("/api/nothing")]
    [InlineData("/hubs/fleet")]
    [InlineData("/nothing.txt")]
    [InlineData("/dapr/subscribe")]
    public async Task Nothing_is_open_to_an_anonymous_caller(string path)
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Anonymous();

        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative));

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task Health_is_open()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Anonymous();

        Assert.Equal("Healthy", await client.GetStringAsync(new Uri("/healthz", UriKind.Relative)));
    }

    [Fact]
    public async Task A_person_is_told_how_to_sign_in()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Anonymous();
        client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("text/html"));

        using var answer = await client.GetAsync(new Uri("/", UriKind.Relative));

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Contains("sign-in link", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [Fact]
    public async Task A_link_signs_a_browser_in_until_its_session_ends()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Anonymous();
        var link = host.Services.GetRequiredService<SignInLinks>().Create(host.Address.ToString());

        using var answer = await client.GetAsync(new Uri(link));

        Assert.Equal((HttpStatusCode.Redirect, "/"), (answer.StatusCode, answer.Headers.Location!.ToString()));
        var cookie = answer.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        client.DefaultRequestHeaders.Add("Cookie", cookie.Split(';')[0]);
        var session = await client.GetStringAsync(new Uri("/api/session", UriKind.Relative));
        Assert.Contains("\"role\":\"admin\"", session, StringComparison.Ordinal);
        Assert.Contains($"\"expiresAt\":{host.Now + (12 * 3600 * 1000L)}", session, StringComparison.Ordinal);

        host.Time.Advance(TimeSpan.FromHours(12));
        using var later = await client.GetAsync(new Uri("/api/session", UriKind.Relative));
        Assert.Equal(HttpStatusCode.Unauthorized, later.StatusCode);
    }

    [Fact]
    public async Task An_old_link_a_foreign_one_and_a_session_as_a_link_are_refused()
    {
        await using var host = await GatewayHost.StartAsync();
        await using var other = await GatewayHost.StartAsync();
        using var client = host.Anonymous();
        var foreign = other.Services.GetRequiredService<SignInLinks>().Create(host.Address.ToString());
        var old = host.Services.GetRequiredService<SignInLinks>().Create(host.Address.ToString());
        host.Time.Advance(TimeSpan.FromMinutes(15));

        foreach (var link in new[] { foreign, old, $"{host.Address}sign-in?token={host.Token("admin")}", $"{host.Address}sign-in" })
        {
            using var answer = await client.GetAsync(new Uri(link));
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            Assert.False(answer.Headers.Contains("Set-Cookie"));
        }
    }

    [Fact]
    public async Task A_sign_in_token_opens_nothing_but_the_sign_in()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.Anonymous();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", host.Services.GetRequiredService<LocalTokens>().CreateSignIn("x", "admin"));

        using var answer = await client.GetAsync(new Uri("/api/fleet", UriKind.Relative));

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task A_role_that_is_none_is_forbidden()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.SignedIn("guest");

        using var answer = await client.GetAsync(new Uri("/api/fleet", UriKind.Relative));

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task Signing_out_takes_the_cookie_away()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.SignedIn();

        using var answer = await client.PostAsync(new Uri("/api/sign-out", UriKind.Relative), null);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Contains("expires=Thu, 01 Jan 1970", answer.Headers.GetValues("Set-Cookie").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_key_is_made_once_and_for_its_owner_only()
    {
        await using var host = await GatewayHost.StartAsync();
        _ = host.Token();

        Assert.True(File.Exists(host.KeyFile));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(host.KeyFile));
        }
    }

    [Fact]
    public async Task Sidecar_routes_take_the_app_token_and_no_user()
    {
        await using var host = await GatewayHost.StartAsync();
        using var user = host.SignedIn("admin");
        using var sidecar = host.Anonymous();
        sidecar.DefaultRequestHeaders.Add("dapr-api-token", GatewayHost.AppToken);

        using var refused = await user.GetAsync(new Uri("/dapr/subscribe", UriKind.Relative));
        var subscriptions = await sidecar.GetStringAsync(new Uri("/dapr/subscribe", UriKind.Relative));

        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        foreach (var topic in new[] { "telemetry", "device-events", "alarms", "rejected" })
        {
            Assert.Contains($"\"topic\":\"{topic}\"", subscriptions, StringComparison.Ordinal);
            Assert.Contains($"\"deadLetterTopic\":\"{topic}-dead\"", subscriptions, StringComparison.Ordinal);
        }

        Assert.Contains("\"bulkSubscribe\":{\"enabled\":true,\"maxMessagesCount\":100,\"maxAwaitDurationMs\":50}", subscriptions, StringComparison.Ordinal);
    }
}
