using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Contracts.Rollouts;
using DeviceFleet.Gateway.Tests.Fakes;

namespace DeviceFleet.Gateway.Tests.Releases;

public sealed class ReleaseApiTests
{
    private readonly byte[] _image = RandomNumberGenerator.GetBytes((2 * ReleaseLimits.PartBytes) + 1_000);
    private Release? _release;

    [Fact]
    public async Task An_image_is_stored_in_parts_and_registered_with_its_hash()
    {
        await using var host = await HostAsync();
        using var admin = host.SignedIn("admin", "olga");

        using var answer = await UploadAsync(admin, "version=2.0.0&deviceType=pump&notes=new", _image);

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal((2_098_152L, Convert.ToHexStringLower(SHA256.HashData(_image)), "pump", "new", "olga"), (_release!.Size, _release.Sha256, _release.DeviceType, _release.Notes, _release.By));
        Assert.StartsWith("2.0.0-", _release.Store, StringComparison.Ordinal);
        Assert.Equal(_image, Enumerable.Range(0, 3).SelectMany(part => host.Runtime.Files[$"{_release.Store}/{part}"]));
    }

    [Fact]
    public async Task What_becomes_no_release_is_not_kept()
    {
        await using var host = await HostAsync();
        using var admin = host.SignedIn("admin");
        using var first = await UploadAsync(admin, "version=2.0.0", _image);
        using var again = await UploadAsync(admin, "version=2.0.0", _image);
        using var other = await UploadAsync(admin, "version=2.0.0", [1, 2, 3]);
        using var empty = await UploadAsync(admin, "version=2.0.1", []);
        using var wrong = await UploadAsync(admin, "version=..%2Fetc", _image);

        Assert.Equal(
            [HttpStatusCode.Created, HttpStatusCode.OK, HttpStatusCode.Conflict, HttpStatusCode.BadRequest, HttpStatusCode.BadRequest],
            [first.StatusCode, again.StatusCode, other.StatusCode, empty.StatusCode, wrong.StatusCode]);
        Assert.Equal(3, host.Runtime.Files.Count);
        Assert.All(host.Runtime.Files.Keys, name => Assert.StartsWith(_release!.Store + "/", name, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_image_that_is_too_large_is_refused_while_it_comes()
    {
        await using var host = await HostAsync();
        using var admin = host.SignedIn("admin");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/releases?version=2.0.0") { Content = new StreamContent(new MemoryStream(new byte[ReleaseLimits.ImageBytesMax + 1])) };
        request.Content.Headers.ContentLength = null;
        request.Headers.TransferEncodingChunked = true;

        using var answer = await admin.SendAsync(request);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Empty(host.Runtime.Files);
    }

    [Fact]
    public async Task Only_an_administrator_uploads_and_everybody_reads()
    {
        await using var host = await HostAsync();
        using var admin = host.SignedIn("admin");
        using var viewer = host.SignedIn();
        using var operated = host.SignedIn("operator");

        using var refused = await UploadAsync(operated, "version=2.0.0", _image);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await operated.CallAsync("POST", "/api/releases/2.0.0/withdraw")).Problem());

        using var taken = await UploadAsync(admin, "version=2.0.0", _image);
        Assert.Equal("2.0.0", (await viewer.CallAsync("GET", "/api/releases")).Body.GetProperty("releases")[0].GetProperty("version").GetString());
        Assert.Equal("a2V5", (await viewer.CallAsync("GET", "/api/firmware-key")).Text("publicKey"));
        Assert.True((await admin.CallAsync("POST", "/api/releases/2.0.0/withdraw")).Body.GetProperty("isWithdrawn").GetBoolean());
    }

    [Fact]
    public async Task A_device_fetches_the_image_with_its_own_password_and_goes_on_where_it_was_cut_off()
    {
        await using var host = await HostAsync();
        using var admin = host.SignedIn("admin");
        using var taken = await UploadAsync(admin, "version=2.0.0", _image);

        using var all = await FetchAsync(host, "pump-1", "secret");
        Assert.Equal(HttpStatusCode.OK, all.StatusCode);
        Assert.Equal(_image, await all.Content.ReadAsByteArrayAsync());
        Assert.Equal($"\"{_release!.Sha256}\"", all.Headers.ETag!.Tag);

        foreach (var (from, to) in new (long?, long?)[] { (1_048_570, 1_048_590), (2_097_000, null), (null, 500), (0, 0), (5, 99_999_999) })
        {
            using var part = await FetchAsync(host, "pump-1", "secret", new RangeHeaderValue(from, to));
            var first = (int)(from ?? _image.Length - to!.Value);
            var last = from is null ? _image.Length - 1 : (int)Math.Min(to ?? long.MaxValue, _image.Length - 1);
            Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
            Assert.Equal($"bytes {first}-{last}/{_image.Length}", part.Content.Headers.ContentRange!.ToString());
            Assert.Equal(_image[first..(last + 1)], await part.Content.ReadAsByteArrayAsync());
        }

        using var beyond = await FetchAsync(host, "pump-1", "secret", new RangeHeaderValue(_image.Length, null));
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, beyond.StatusCode);
    }

    [Fact]
    public async Task Nobody_else_gets_it()
    {
        await using var host = await HostAsync(new Dictionary<string, string?> { ["Releases:RequestsPerMinute"] = "3" });
        using var admin = host.SignedIn("admin");
        using var taken = await UploadAsync(admin, "version=2.0.0", _image);
        using var anonymous = host.Anonymous();

        Assert.Equal(HttpStatusCode.Unauthorized, (await anonymous.CallAsync("GET", "/api/firmware/2.0.0")).Problem());
        using var wrong = await FetchAsync(host, "pump-1", "guess");
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        Assert.Equal("Basic", wrong.Headers.WwwAuthenticate.Single().Scheme);
        using var busy = await FetchAsync(host, "pump-1", "busy");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, busy.StatusCode);
        using var none = await FetchAsync(host, "pump-1", "secret", version: "9.9.9");
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
        using var often = await FetchAsync(host, "pump-1", "secret");
        Assert.Equal(HttpStatusCode.TooManyRequests, often.StatusCode);
        using var other = await FetchAsync(host, "pump-2", "secret");
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    private static async Task<HttpResponseMessage> UploadAsync(HttpClient client, string query, byte[] image)
    {
        using var content = new ByteArrayContent(image);
        return await client.PostAsync(new Uri("/api/releases?" + query, UriKind.Relative), content);
    }

    private static async Task<HttpResponseMessage> FetchAsync(GatewayHost host, string device, string password, RangeHeaderValue? range = null, string version = "2.0.0")
    {
        using var client = host.Anonymous();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/firmware/{version}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{device}:{password}")));
        request.Headers.Range = range;
        return await client.SendAsync(request);
    }

    private Task<GatewayHost> HostAsync(Dictionary<string, string?>? settings = null) => GatewayHost.StartAsync(settings: settings, devices: devices =>
    {
        devices.OnRoute(ProvisioningRoutes.Releases, Register);
        devices.OnRoute(ProvisioningRoutes.WithdrawRelease, _ => new ChangeReply<Release> { Outcome = ChangeOutcome.Applied, Value = _release! with { IsWithdrawn = true } });
        devices.OnRoute(ProvisioningRoutes.FirmwareKey, _ => new FirmwareKey("a2V5"));
        devices.OnRoute(ProvisioningRoutes.Authenticate, body => FakeDevices.Read<MqttAuthenticate>(body) switch
        {
            { Password: "secret" } ask when ask.Username == ask.ClientId => new MqttVerdict { Result = "allow" },
            { Password: "busy" } => new MqttVerdict { Result = "ignore" },
            _ => new MqttVerdict { Result = "deny" },
        });
        devices.OnActor<DirectoryQuery, DirectoryPage>(DirectoryActorMethods.ActorType, DirectoryActorMethods.List, (id, _) => new DirectoryPage(
            id == DirectoryIds.Releases && _release is { } release
                ? [new DirectoryEntry { Key = release.Version, Revision = 1, Summary = JsonSerializer.SerializeToElement(release, ContractsJson.Default.Release) }]
                : [],
            1));
    });

    private ChangeReply<Release> Register(string body)
    {
        var order = FakeDevices.Read<ReleaseOrder>(body);
        if (_release is { } known)
        {
            return new ChangeReply<Release> { Outcome = known.Sha256 == order.Sha256 ? ChangeOutcome.Unchanged : ChangeOutcome.Conflict, Value = known };
        }

        _release = new Release
        {
            Version = order.Version,
            DeviceType = order.DeviceType,
            Size = order.Size,
            Sha256 = order.Sha256,
            Notes = order.Notes,
            Store = order.Store,
            Signature = "c2ln",
            Revision = 1,
            By = order.By,
            At = 1,
        };
        return new ChangeReply<Release> { Outcome = ChangeOutcome.Applied, Value = _release };
    }
}
