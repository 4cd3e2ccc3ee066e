using System.Net;
using System.Text.Json;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Gateway.Registration;
using DeviceFleet.Gateway.Tests.Fakes;
using static DeviceFleet.Gateway.Tests.Fakes.Samples;

namespace DeviceFleet.Gateway.Tests.Registration;

public sealed class RegistrationApiTests
{
    private const string Path = "/api/devices/pump-1/registration";

    [Fact]
    public async Task What_is_left_out_stays_and_null_removes()
    {
        await using var host = await StartAsync();
        using var client = host.SignedIn("operator", "ada");

        var answer = await client.CallAsync("PATCH", Path, """{"group":null,"tags":{"floor":"3","old":null}}""", "application/merge-patch+json", ("If-Match", "\"4\""));

        var write = host.Devices.Last<RegistrationWrite>(DeviceActorMethods.WriteRegistration);
        Assert.Equal((HttpStatusCode.OK, "\"5\""), (answer.Status, answer.ETag));
        Assert.Equal((false, true, null, 4L, "ada"), (write.SetType, write.SetGroup, write.Group?.Value, write.IfVersion, write.By));
        Assert.Equal(new Dictionary<string, string?> { ["floor"] = "3", ["old"] = null }, write.Tags);
    }

    [Fact]
    public async Task Reading_it_changes_nothing()
    {
        await using var host = await StartAsync();
        using var client = host.SignedIn();

        var answer = await client.CallAsync("GET", Path);

        var write = host.Devices.Last<RegistrationWrite>(DeviceActorMethods.WriteRegistration);
        Assert.Equal((HttpStatusCode.OK, "\"5\"", "pump"), (answer.Status, answer.ETag, answer.Text("type")));
        Assert.Equal((false, false, null, null), (write.SetType, write.SetGroup, write.Tags, write.IfVersion));
    }

    [Fact]
    public async Task A_device_that_was_never_heard_of_is_known_once_it_is_registered()
    {
        await using var host = await StartAsync();
        using var client = host.SignedIn("operator");
        Assert.Equal(HttpStatusCode.NotFound, (await client.CallAsync("GET", "/api/devices/new-1/registration")).Problem());

        await client.CallAsync("PATCH", "/api/devices/new-1/registration", """{"type":"pump"}""");

        Assert.Equal(HttpStatusCode.OK, (await client.CallAsync("GET", "/api/devices/new-1/registration")).Status);
        Assert.Contains(host.Runtime.StoredState, pair => pair.Value.Contains("new-1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_refused_registration_makes_no_device_known()
    {
        await using var host = await StartAsync();
        host.Devices.OnDevice<RegistrationWrite, ChangeReply<DeviceRegistration>>(
            DeviceActorMethods.WriteRegistration, (_, _) => Reply(ChangeOutcome.Invalid, new DeviceRegistration { Version = 0 }, "No such type."));
        using var client = host.SignedIn("operator");

        Assert.Equal(HttpStatusCode.BadRequest, (await client.CallAsync("PATCH", "/api/devices/new-1/registration", """{"type":"?"}""")).Problem());
        Assert.Equal(HttpStatusCode.NotFound, (await client.CallAsync("GET", "/api/devices/new-1/registration")).Problem());
    }

    [Fact]
    public async Task A_change_from_another_version_is_412_with_the_current_one()
    {
        await using var host = await StartAsync();
        host.Devices.OnDevice<RegistrationWrite, ChangeReply<DeviceRegistration>>(
            DeviceActorMethods.WriteRegistration, (_, _) => Reply(ChangeOutcome.Conflict, new DeviceRegistration { Version = 6 }));
        using var client = host.SignedIn("admin");

        var answer = await client.CallAsync("PATCH", Path, "{}", headers: ("If-Match", "\"5\""));

        Assert.Equal((HttpStatusCode.PreconditionFailed, 6L), (answer.Problem(), answer.Number("version")));
    }

    [Theory]
    [InlineData("""{"typ":"pump"}""", "typ")]
    [InlineData("""{"type":7}""", "type")]
    [InlineData("""{"group":"/oslo"}""", "group")]
    [InlineData("""{"tags":null}""", "tags")]
    [InlineData("""{"tags":{"floor":3}}""", "tags")]
    [InlineData("[]", "object")]
    public void A_patch_that_is_none_is_a_fault_that_names_the_member(string json, string named)
    {
        using var document = JsonDocument.Parse(json);

        Assert.False(RegistrationPatch.TryRead(document.RootElement, out _, out var fault));
        Assert.Contains(named, fault, StringComparison.Ordinal);
    }

    private static async Task<GatewayHost> StartAsync()
    {
        var host = await GatewayHost.StartAsync();
        await host.DeliverAsync(Telemetry("pump-1", 1, host.Now));
        host.Devices.OnDevice<RegistrationWrite, ChangeReply<DeviceRegistration>>(
            DeviceActorMethods.WriteRegistration, (_, _) => Reply(ChangeOutcome.Applied, new DeviceRegistration { Version = 5, Type = "pump" }));
        return host;
    }
}
