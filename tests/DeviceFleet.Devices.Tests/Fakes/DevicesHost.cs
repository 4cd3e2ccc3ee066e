using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Devices.Actors;
using DeviceFleet.Devices.Settings;
using DeviceFleet.ServiceDefaults.Actors;
using DeviceFleet.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace DeviceFleet.Devices.Tests.Fakes;

/// <summary>The service as it runs, on the fake runtime; all through the real SDK.</summary>
internal sealed class DevicesHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _client;

    private DevicesHost(FakeRuntime runtime, WebApplication app, FakeTimeProvider time)
    {
        Runtime = runtime;
        Time = time;
        _app = app;
        _client = new HttpClient { BaseAddress = runtime.App };
    }

    public FakeRuntime Runtime { get; }

    public FakeTimeProvider Time { get; }

    public IServiceProvider Services => _app.Services;

    public static async Task<DevicesHost> StartAsync(
        string? appToken = null, IActorStateManagerFactory? stateManagers = null, Dictionary<string, string?>? settings = null, string environment = "Production")
    {
        var runtime = await FakeRuntime.StartAsync();
        return await StartOnAsync(runtime, new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56)), appToken, stateManagers, settings, environment);
    }

    public static async Task<DevicesHost> StartOnAsync(
        FakeRuntime runtime, FakeTimeProvider time, string? appToken = null, IActorStateManagerFactory? stateManagers = null,
        Dictionary<string, string?>? settings = null, string environment = "Production")
    {
        var app = DevicesService.Build(["--environment", environment], builder =>
        {
            builder.Logging.ClearProviders();
            builder.Configuration.AddInMemoryCollection(runtime.Settings(appToken)).AddInMemoryCollection(settings ?? []);
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Services.AddSingleton<TimeProvider>(time);
            if (stateManagers is not null)
            {
                builder.Services.AddSingleton(stateManagers);
            }
        });
        await app.StartAsync();
        runtime.App = new Uri(app.Urls.First());
        return new DevicesHost(runtime, app, time);
    }

    public Task<HttpResponseMessage> SendAsync(string route, string topic, string payload) => SendAsync(route, topic, Encoding.UTF8.GetBytes(payload));

    public async Task<HttpResponseMessage> SendAsync(string route, string topic, byte[] payload)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/" + route) { Content = new ByteArrayContent(payload) };
        request.Headers.Add("topic", topic);
        if (Runtime.AppToken is not null)
        {
            request.Headers.Add("dapr-api-token", Runtime.AppToken);
        }

        return await _client.SendAsync(request);
    }

    public Task<HttpResponseMessage> SendTelemetryAsync(string device, string payload) =>
        SendAsync(DaprNames.TelemetryIn, $"fleet/{device}/telemetry", payload);

    public Task<HttpResponseMessage> SendStatusAsync(string device, string payload) => SendAsync(DaprNames.StatusIn, $"fleet/{device}/status", payload);

    public Task<DeviceView> ViewAsync(string device) => Services.GetRequiredService<DeviceActors>().GetViewAsync(DeviceId.Parse(device), CancellationToken.None);

    /// <summary>What was published to a topic, in order.</summary>
    public List<TEvent> Events<TEvent>(string topic, JsonTypeInfo<TEvent> type) =>
        [.. Runtime.Published.Where(published => published.Topic == topic).Select(published => JsonSerializer.Deserialize(published.Json, type)!)];

    public List<TelemetryEvent> Telemetry() => Events(PubSubTopics.Telemetry, ContractsJson.Default.TelemetryEvent);

    public List<PresenceEvent> Presence() => Events(PubSubTopics.DeviceEvents, ContractsJson.Default.PresenceEvent);

    public List<RejectedEvent> Rejected() => Events(PubSubTopics.Rejected, ContractsJson.Default.RejectedEvent);

    public List<AlarmEvent> Alarms() => Events(PubSubTopics.Alarms, ContractsJson.Default.AlarmEvent);

    /// <summary>Changes a setting in the configuration store, and waits for the settings that follow from it.</summary>
    public async Task<FleetSettings> ConfigureAsync(string key, string? value)
    {
        var feed = Services.GetRequiredService<SettingsFeed>();
        var before = await feed.LoadedAsync();
        Runtime.Configure(key, value);
        return (await feed.UntilAsync(book => book != before).WaitAsync(TimeSpan.FromSeconds(30))).ToSettings();
    }

    public async Task<HttpResponseMessage> GetAsync(string route) => await _client.GetAsync(new Uri(route, UriKind.Relative));

    public async Task<HttpResponseMessage> PostAsync(string route, HttpContent content) => await _client.PostAsync(new Uri(route, UriKind.Relative), content);

    /// <summary>Stops the service, leaving the runtime with what it holds.</summary>
    public async Task StopAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _client.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await Runtime.DisposeAsync();
    }
}
