using System.Net;
using System.Text.Json;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Gateway.Api;
using DeviceFleet.Gateway.Tests.Fakes;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using static DeviceFleet.Gateway.Tests.Fakes.Samples;

namespace DeviceFleet.Gateway.Tests.Api;

public sealed class FleetApiTests
{
    [Fact]
    public async Task Devices_are_searched_sorted_and_paged()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.DeliverAsync([.. Enumerable.Range(0, 30).Select(i => Telemetry($"pump-{i:00}", i + 1, host.Now)), Telemetry("fan-1", 99, host.Now)]);
        using var client = host.SignedIn();

        var page = await GetAsync(client, "/api/devices?query=PUMP&sort=-received&offset=2&limit=3");

        Assert.Equal(30, page.GetProperty("total").GetInt32());
        Assert.Equal(["pump-27", "pump-26", "pump-25"], page.GetProperty("devices").EnumerateArray().Select(row => row.GetProperty("id").GetString()));
    }

    [Theory]
    [InlineData("limit=501")]
    [InlineData("limit=0")]
    [InlineData("offset=-1")]
    [InlineData("sort=colour")]
    public async Task What_is_asked_out_of_bounds_is_refused_with_the_bound(string query)
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.SignedIn();

        using var answer = await client.GetAsync(new Uri("/api/devices?" + query, UriKind.Relative));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task A_device_is_told_as_its_actor_tells_it_and_an_unknown_one_is_404()
    {
        var views = new Dictionary<DeviceId, DeviceView> { [DeviceId.Parse("pump-1")] = View("pump-1", 4, Presence.Online, 5, value: 21) };
        await using var host = await GatewayHost.StartAsync(views);
        await host.DeliverAsync(Telemetry("pump-1", 1, host.Now));
        using var client = host.SignedIn();

        var view = await GetAsync(client, "/api/devices/pump-1");
        using var missing = await client.GetAsync(new Uri("/api/devices/pump-2", UriKind.Relative));
        using var nonsense = await client.GetAsync(new Uri("/api/devices/%20", UriKind.Relative));

        Assert.Equal(("online", 4), (view.GetProperty("presence").GetString(), view.GetProperty("revision").GetInt32()));
        Assert.Equal((HttpStatusCode.NotFound, "application/problem+json"), (missing.StatusCode, missing.Content.Headers.ContentType!.MediaType));
        Assert.Equal(HttpStatusCode.NotFound, nonsense.StatusCode);
    }

    [Fact]
    public async Task A_device_that_has_just_connected_is_found_before_its_events_are_here()
    {
        await using var host = await GatewayHost.StartAsync(new() { [DeviceId.Parse("pump-1")] = View("pump-1", 1, Presence.Online, 5) });
        using var client = host.SignedIn();

        var view = await GetAsync(client, "/api/devices/pump-1");
        var rows = await GetAsync(client, "/api/devices");

        Assert.Equal("online", view.GetProperty("presence").GetString());
        Assert.Equal("online", Assert.Single(rows.GetProperty("devices").EnumerateArray()).GetProperty("presence").GetString());
    }

    [Fact]
    public async Task The_fleet_in_numbers_adds_up()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.DeliverAsync(Telemetry("a", 1, host.Now, totals: Totals(5, 2, 1, 1)), Telemetry("b", 1, host.Now, totals: Totals(3)));
        using var client = host.SignedIn();

        var counters = (await GetAsync(client, "/api/fleet")).GetProperty("counters");

        Assert.Equal((12, 8, 2, 2), (Number(counters, "received"), Number(counters, "applied"), Number(counters, "duplicates"), Number(counters, "rejected")));
    }

    [Fact]
    public async Task The_api_describes_itself()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.SignedIn();

        var document = await GetAsync(client, "/api/openapi.json");

        var undescribed =
            from path in document.GetProperty("paths").EnumerateObject()
            from operation in path.Value.EnumerateObject()
            where !operation.Value.TryGetProperty("summary", out _) || !operation.Value.TryGetProperty("description", out _) || !operation.Value.TryGetProperty("tags", out _)
            select $"{operation.Name} {path.Name}";
        Assert.Empty(undescribed);
    }

    [Fact]
    public async Task Every_route_is_in_the_description_with_its_body_and_its_refusals()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.SignedIn();
        var paths = (await GetAsync(client, "/api/openapi.json")).GetProperty("paths");

        var routes =
            from endpoint in host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            let pattern = "/" + endpoint.RoutePattern.RawText!.TrimStart('/')
            where pattern.StartsWith("/api/", StringComparison.Ordinal) && pattern is not ("/api/openapi.json" or "/api/{**path}")
            from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods
            select (pattern, method, endpoint);
        List<string> faults = [];
        foreach (var (pattern, method, endpoint) in routes)
        {
            if (!paths.TryGetProperty(pattern, out var path) || !path.TryGetProperty(method.ToLowerInvariant(), out var operation))
            {
                faults.Add($"{method} {pattern} is not described");
                continue;
            }

            var responses = operation.GetProperty("responses");
            var isOpen = endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null; // it signs nobody in, or devices in a way of its own
            string[] missing = [.. (isOpen ? ["429", "503"] : new[] { "401", "403", "429", "503" }).Where(status => !responses.TryGetProperty(status, out _))];
            if (missing.Length > 0 && pattern != "/api/sign-out")
            {
                faults.Add($"{method} {pattern} does not tell {string.Join(", ", missing)}");
            }

            if (endpoint.Metadata.GetMetadata<BodyOf>() is not null && !operation.TryGetProperty("requestBody", out _))
            {
                faults.Add($"{method} {pattern} has no body");
            }
        }

        Assert.Empty(faults);
    }

    [Fact]
    public async Task Hashed_assets_are_cached_for_good_and_the_page_is_not()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.SignedIn();

        using var asset = await client.GetAsync(new Uri("/assets/app-1234.js", UriKind.Relative));
        using var page = await client.GetAsync(new Uri("/devices/pump-1", UriKind.Relative));
        using var missing = await client.GetAsync(new Uri("/assets/none.js", UriKind.Relative));

        Assert.Contains("immutable", asset.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        Assert.Equal(("no-cache", "text/html"), (page.Headers.CacheControl!.ToString(), page.Content.Headers.ContentType!.MediaType));
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    [Theory]
    [InlineData("/devices/pump.1", HttpStatusCode.OK)]
    [InlineData("/rollouts/2.1.0", HttpStatusCode.OK)]
    [InlineData("/nothing.txt", HttpStatusCode.NotFound)]
    [InlineData("/assets/nothing/at.all", HttpStatusCode.NotFound)]
    public async Task A_page_may_end_in_a_dot_and_more_and_a_file_that_is_not_there_is_not_found(string path, HttpStatusCode status)
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.SignedIn();

        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative));

        Assert.Equal((status, status == HttpStatusCode.OK ? "text/html" : null), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
    }

    [Fact]
    public async Task A_missing_dashboard_says_so()
    {
        await using var host = await GatewayHost.StartAsync(withDashboard: false);
        using var client = host.SignedIn();

        using var page = await client.GetAsync(new Uri("/", UriKind.Relative));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, page.StatusCode);
        Assert.Contains("not built", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static async Task<JsonElement> GetAsync(HttpClient client, string path)
    {
        using var document = JsonDocument.Parse(await client.GetStringAsync(new Uri(path, UriKind.Relative)));
        return document.RootElement.Clone();
    }

    private static int Number(JsonElement element, string name) => element.GetProperty(name).GetInt32();
}
