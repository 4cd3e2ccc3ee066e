using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Groups;
using DeviceFleet.Contracts.Live;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Contracts.Rollouts;
using DeviceFleet.Gateway.Auth;
using DeviceFleet.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace DeviceFleet.Gateway.Tests.Fakes;

/// <summary>The service as it runs, on Kestrel and the fake runtime; device actors answer with the views given.</summary>
internal sealed class GatewayHost : IAsyncDisposable
{
    public const string AppToken = "app-token-of-the-test";

    private readonly WebApplication _app;
    private readonly string _folder;

    private GatewayHost(FakeRuntime runtime, WebApplication app, FakeDevices devices, FakeTimeProvider time, string folder)
    {
        (Runtime, _app, Devices, Time, _folder) = (runtime, app, devices, time, folder);
        Address = new Uri(app.Urls.First());
    }

    public FakeRuntime Runtime { get; }

    /// <summary>Service <c>devices</c>, as the test says.</summary>
    public FakeDevices Devices { get; }

    public FakeTimeProvider Time { get; }

    public Uri Address { get; }

    public string Root => Path.Combine(_folder, "wwwroot");

    public string KeyFile => Path.Combine(_folder, "keys", "gateway.key");

    public IServiceProvider Services => _app.Services;

    public long Now => Time.GetUtcNow().ToUnixTimeMilliseconds();

    public static async Task<GatewayHost> StartAsync(
        Dictionary<DeviceId, DeviceView>? views = null, Action<FakeRuntime>? prepare = null, Dictionary<string, string?>? settings = null, bool withDashboard = true,
        Action<FakeDevices>? devices = null)
    {
        var runtime = await FakeRuntime.StartAsync();
        prepare?.Invoke(runtime);
        var service = await FakeDevices.StartAsync(views ?? []);
        devices?.Invoke(service);
        runtime.App = service.Address;
        var folder = Directory.CreateTempSubdirectory("gateway-test-").FullName;
        if (withDashboard)
        {
            Directory.CreateDirectory(Path.Combine(folder, "wwwroot", "assets"));
            await File.WriteAllTextAsync(Path.Combine(folder, "wwwroot", "index.html"), "<!doctype html><title>fleet</title>");
            await File.WriteAllTextAsync(Path.Combine(folder, "wwwroot", "assets", "app-1234.js"), "export {}");
        }

        // In the future: SignalR cuts connections whose token has expired by the machine's own clock.
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(130));
        var app = GatewayService.Build(["--environment", "Production"], builder =>
        {
            builder.Logging.ClearProviders();
            builder.Configuration.AddInMemoryCollection(runtime.Settings(AppToken)).AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Auth:KeyFile"] = Path.Combine(folder, "keys", "gateway.key"),
                ["Dashboard:Root"] = Path.Combine(folder, "wwwroot"),
            }).AddInMemoryCollection(settings ?? []);
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Services.AddSingleton<TimeProvider>(time);
        });
        await app.StartAsync();
        return new GatewayHost(runtime, app, service, time, folder);
    }

    /// <summary>A client without cookies, tokens or redirects.</summary>
    public HttpClient Anonymous() => new(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = Address };

    /// <summary>A client with a session's token.</summary>
    public HttpClient SignedIn(string role = "viewer", string user = "tester")
    {
        var client = Anonymous();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token(role, user));
        return client;
    }

    public string Token(string role = "viewer", string user = "tester") => Services.GetRequiredService<LocalTokens>().CreateSession(user, role);

    public HubConnection Hub(bool withToken = true, string role = "viewer", string user = "tester") => new HubConnectionBuilder()
        .WithUrl(new Uri(Address, FleetHubContract.Path), http => http.AccessTokenProvider = () => Task.FromResult(withToken ? Token(role, user) : null))
        .AddJsonProtocol(json => json.PayloadSerializerOptions = new JsonSerializerOptions(ContractsJson.Default.Options)
        {
            TypeInfoResolver = JsonTypeInfoResolver.Combine(ContractsJson.Default, new DefaultJsonTypeInfoResolver()),
        })
        .Build();

    /// <summary>Delivers events as the runtime does in bulk; gives the status of each entry.</summary>
    public async Task<string[]> DeliverAsync<TEvent>(string topic, JsonTypeInfo<TEvent> type, params TEvent[] events) =>
        await DeliverAsync(topic, [.. events.Select(sent => JsonSerializer.Serialize(sent, type))], TypeOf<TEvent>());

    public async Task<string[]> DeliverAsync(string topic, string[] datas, string type = "devicefleet.test.v1")
    {
        var entries = datas.Select((data, i) =>
            $$$"""{"entryId":"e{{{i}}}","contentType":"application/cloudevents+json","metadata":{},"event":{"id":"{{{i}}}","specversion":"1.0","type":"{{{type}}}","data":{{{data}}}}}""");
        var body = $$"""{"id":"b","type":"com.dapr.event.sent.bulk","topic":"{{topic}}","pubsubname":"fleet-pubsub","metadata":{},"entries":[{{string.Join(',', entries)}}]}""";
        using var client = Anonymous();
        client.DefaultRequestHeaders.Add("dapr-api-token", AppToken);
        using var answer = await client.PostAsync(new Uri("/events/" + topic, UriKind.Relative), new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using var statuses = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return [.. statuses.RootElement.GetProperty("statuses").EnumerateArray().Select(status => status.GetProperty("status").GetString()!)];
    }

    public Task<string[]> DeliverAsync(params TelemetryEvent[] samples) => DeliverAsync(PubSubTopics.Telemetry, ContractsJson.Default.TelemetryEvent, samples);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await Devices.DisposeAsync();
        await Runtime.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static string TypeOf<TEvent>() => typeof(TEvent).Name switch
    {
        nameof(PresenceEvent) => EventTypes.PresenceChanged,
        nameof(RegistrationEvent) => EventTypes.RegistrationChanged,
        nameof(TwinEvent) => EventTypes.TwinChanged,
        nameof(CommandEvent) => EventTypes.CommandChanged,
        nameof(GroupEvent) => EventTypes.GroupChanged,
        nameof(DeviceRemovedEvent) => EventTypes.DeviceRemoved,
        nameof(IdentityEvent) => EventTypes.IdentityChanged,
        nameof(RefusalEvent) => EventTypes.AccessRefused,
        nameof(RolloutEvent) => EventTypes.RolloutChanged,
        nameof(AlarmEvent) => EventTypes.AlarmChanged,
        nameof(TelemetryEvent) => EventTypes.TelemetryReceived,
        nameof(RejectedEvent) => EventTypes.MessageRejected,
        var name => throw new ArgumentException($"{name} is no event."),
    };
}
