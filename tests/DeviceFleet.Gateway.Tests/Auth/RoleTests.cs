using System.Net;
using DeviceFleet.Gateway.Tests.Fakes;
using static DeviceFleet.Gateway.Tests.Fakes.Samples;

namespace DeviceFleet.Gateway.Tests.Auth;

public sealed class RoleTests
{
    [Theory]
    [InlineData("PATCH", "/api/devices/pump-1/registration")]
    [InlineData("PATCH", "/api/devices/pump-1/twin/desired")]
    [InlineData("PUT", "/api/devices/pump-1/twin/desired")]
    [InlineData("POST", "/api/devices/pump-1/commands")]
    [InlineData("POST", "/api/devices/pump-1/commands/c1/cancel")]
    [InlineData("POST", "/api/devices/pump-1/alarms/hot-1/acknowledge")]
    [InlineData("POST", "/api/devices/pump-1/alarms/hot-1/assign")]
    [InlineData("POST", "/api/devices/pump-1/alarms/hot-1/comment")]
    [InlineData("POST", "/api/devices/pump-1/alarms/hot-1/clear")]
    public async Task A_viewer_changes_nothing(string method, string path)
    {
        await using var host = await GatewayHost.StartAsync();
        await host.DeliverAsync(Telemetry("pump-1", 1, host.Now));
        using var viewer = host.SignedIn();
        using var anonymous = host.Anonymous();

        Assert.Equal(HttpStatusCode.Forbidden, (await viewer.CallAsync(method, path, "{}")).Problem());
        Assert.Equal(HttpStatusCode.Unauthorized, (await anonymous.CallAsync(method, path, "{}")).Problem());
        Assert.Empty(host.Devices.Calls);
    }

    [Theory]
    [InlineData("POST", "/api/devices/pump-1/identity")]
    [InlineData("POST", "/api/devices/pump-1/identity/decommission")]
    [InlineData("POST", "/api/devices/pump-1/identity/readmit")]
    [InlineData("POST", "/api/devices/pump-1/credentials")]
    [InlineData("POST", "/api/provisioning/import")]
    [InlineData("PUT", "/api/provisioning/enrolments/oslo")]
    [InlineData("DELETE", "/api/provisioning/enrolments/oslo")]
    [InlineData("POST", "/api/provisioning/enrolments/oslo/codes")]
    public async Task Only_an_administrator_lets_devices_in_and_puts_them_out(string method, string path)
    {
        await using var host = await GatewayHost.StartAsync();
        using var caller = host.SignedIn("operator");

        Assert.Equal(HttpStatusCode.Forbidden, (await caller.CallAsync(method, path, "{}")).Problem());
    }

    [Fact]
    public async Task Every_route_that_is_not_a_question_is_closed_to_viewers_or_named_here()
    {
        string[] open = ["POST /api/rules/trial", "POST /api/sign-out", "POST /api/provisioning/claims"];
        await using var host = await GatewayHost.StartAsync();
        using var viewer = host.SignedIn();
        var document = (await viewer.CallAsync("GET", "/api/openapi.json")).Body;

        var routes =
            from path in document.GetProperty("paths").EnumerateObject()
            from operation in path.Value.EnumerateObject()
            where operation.Name is "post" or "put" or "patch" or "delete"
            select $"{operation.Name.ToUpperInvariant()} {path.Name}";
        List<string> answered = [];
        foreach (var route in routes.Except(open))
        {
            var (method, path) = (route.Split(' ')[0], route.Split(' ')[1].Replace("{id}", "a", StringComparison.Ordinal).Replace("{commandId}", "c", StringComparison.Ordinal).Replace("{alarmId}", "x", StringComparison.Ordinal)
                .Replace("{enrolment}", "e", StringComparison.Ordinal).Replace("{credential}", "k", StringComparison.Ordinal));
            if ((await viewer.CallAsync(method, path, "{}")).Status != HttpStatusCode.Forbidden)
            {
                answered.Add(route);
            }
        }

        Assert.Empty(answered);
    }
}
