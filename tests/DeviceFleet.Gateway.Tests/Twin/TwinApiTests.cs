using System.Net;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Gateway.Tests.Fakes;
using static DeviceFleet.Gateway.Tests.Fakes.Samples;

namespace DeviceFleet.Gateway.Tests.Twin;

public sealed class TwinApiTests
{
    private const string Desired = "/api/devices/pump-1/twin/desired";

    [Fact]
    public async Task The_twin_has_the_version_of_desired_as_its_tag()
    {
        await using var host = await StartAsync();
        host.Devices.OnDevice(DeviceActorMethods.GetTwin, id => TwinOf(id, 7, """{"interval":5}"""));
        using var viewer = host.SignedIn();

        var twin = await viewer.CallAsync("GET", "/api/devices/pump-1/twin");

        Assert.Equal((HttpStatusCode.OK, "\"7\""), (twin.Status, twin.ETag));
        Assert.Equal(5, twin.Body.GetProperty("desired").GetProperty("value").GetProperty("interval").GetInt32());
    }

    [Theory]
    [InlineData("PATCH", "application/merge-patch+json", false)]
    [InlineData("PATCH", "application/json", false)]
    [InlineData("PUT", "application/json; charset=utf-8", true)]
    public async Task A_write_says_who_wrote_what_when_and_from_which_version(string method, string contentType, bool replaces)
    {
        await using var host = await StartAsync();
        host.Devices.OnDevice<DesiredWrite, ChangeReply<TwinView>>(DeviceActorMethods.WriteDesired, (id, _) => Reply(ChangeOutcome.Applied, TwinOf(id, 8)));
        using var client = host.SignedIn("operator", "ada");

        var answer = await client.CallAsync(method, Desired, """{"interval":5,"old":null}""", contentType.Split(';')[0], ("If-Match", "\"7\""));

        var write = host.Devices.Last<DesiredWrite>(DeviceActorMethods.WriteDesired);
        Assert.Equal((HttpStatusCode.OK, "\"8\""), (answer.Status, answer.ETag));
        Assert.Equal((replaces, 7L, "ada", host.Now), (write.Replace, write.IfVersion, write.By, write.At));
        Assert.Equal("""{"interval":5,"old":null}""", write.Document.GetRawText());
    }

    [Fact]
    public async Task A_write_from_another_version_is_412_with_the_current_one()
    {
        await using var host = await StartAsync();
        host.Devices.OnDevice<DesiredWrite, ChangeReply<TwinView>>(DeviceActorMethods.WriteDesired, (id, _) => Reply(ChangeOutcome.Conflict, TwinOf(id, 9), "Version 9 is current."));
        using var client = host.SignedIn("operator");

        var answer = await client.CallAsync("PATCH", Desired, "{}", headers: ("If-Match", "\"7\""));

        Assert.Equal((HttpStatusCode.PreconditionFailed, 9L, "Version 9 is current."), (answer.Problem(), answer.Number("version"), answer.Text("detail")));
    }

    [Theory]
    [InlineData("7")]
    [InlineData("\"seven\"")]
    [InlineData("W/\"7\"")]
    [InlineData("\"7\", \"8\"")]
    [InlineData("\"-1\"")]
    [InlineData("\"99999999999999999999\"")]
    [InlineData("")]
    public async Task A_condition_that_is_no_version_is_refused_before_anything_is_asked(string ifMatch)
    {
        await using var host = await StartAsync();
        using var client = host.SignedIn("operator");

        var answer = await client.CallAsync("PATCH", Desired, "{}", headers: ("If-Match", ifMatch));

        Assert.Equal(HttpStatusCode.BadRequest, answer.Problem());
        Assert.DoesNotContain(host.Devices.Calls, call => call.Method == DeviceActorMethods.WriteDesired);
    }

    [Theory]
    [InlineData("*")]
    [InlineData(null)]
    public async Task Without_a_version_a_write_is_unconditional(string? ifMatch)
    {
        await using var host = await StartAsync();
        host.Devices.OnDevice<DesiredWrite, ChangeReply<TwinView>>(DeviceActorMethods.WriteDesired, (id, _) => Reply(ChangeOutcome.Unchanged, TwinOf(id, 8)));
        using var client = host.SignedIn("operator");

        var answer = await client.CallAsync("PATCH", Desired, "{}", headers: ifMatch is null ? [] : [("If-Match", ifMatch)]);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Null(host.Devices.Last<DesiredWrite>(DeviceActorMethods.WriteDesired).IfVersion);
    }

    [Theory]
    [InlineData("[1]", "application/json", HttpStatusCode.BadRequest)]
    [InlineData("{\"a\":", "application/json", HttpStatusCode.BadRequest)]
    [InlineData("", "application/json", HttpStatusCode.BadRequest)]
    [InlineData("null", "application/json", HttpStatusCode.BadRequest)]
    [InlineData("{}", "text/plain", HttpStatusCode.UnsupportedMediaType)]
    public async Task A_body_that_is_no_object_of_json_is_refused(string body, string contentType, HttpStatusCode status)
    {
        await using var host = await StartAsync();
        using var client = host.SignedIn("operator");

        Assert.Equal(status, (await client.CallAsync("PATCH", Desired, body, contentType)).Problem());
    }

    [Fact]
    public async Task A_body_above_the_bound_is_refused()
    {
        await using var host = await StartAsync();
        using var client = host.SignedIn("operator");

        var answer = await client.CallAsync("PATCH", Desired, $$"""{"a":"{{new string('x', 64 * 1024)}}"}""");

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.Problem());
    }

    [Fact]
    public async Task What_breaks_a_bound_of_the_twin_is_refused_in_the_actors_words()
    {
        await using var host = await StartAsync();
        host.Devices.OnDevice<DesiredWrite, ChangeReply<TwinView>>(DeviceActorMethods.WriteDesired, (id, _) => Reply<TwinView>(ChangeOutcome.Invalid, TwinOf(id, 1), "Too deep."));
        using var client = host.SignedIn("operator");

        var answer = await client.CallAsync("PATCH", Desired, "{}");

        Assert.Equal((HttpStatusCode.BadRequest, "Too deep."), (answer.Problem(), answer.Text("detail")));
    }

    [Fact]
    public async Task A_device_that_nobody_heard_of_has_no_twin()
    {
        await using var host = await StartAsync();
        using var client = host.SignedIn("operator");

        Assert.Equal(HttpStatusCode.NotFound, (await client.CallAsync("GET", "/api/devices/none/twin")).Problem());
        Assert.Equal(HttpStatusCode.NotFound, (await client.CallAsync("PATCH", "/api/devices/none/twin/desired", "{}")).Problem());
    }

    [Fact]
    public async Task An_actor_that_does_not_answer_is_503()
    {
        await using var host = await StartAsync();
        using var client = host.SignedIn("operator");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await client.CallAsync("GET", "/api/devices/pump-1/twin")).Problem());
    }

    private static async Task<GatewayHost> StartAsync()
    {
        var host = await GatewayHost.StartAsync();
        await host.DeliverAsync(Telemetry("pump-1", 1, host.Now));
        return host;
    }
}
