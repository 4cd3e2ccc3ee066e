using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Live;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace DeviceFleet.EndToEnd.Tests.Processes;

/// <summary>DeviceFleet.Local as users start it.</summary>
internal sealed class LocalProcess : ChildProcess
{
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(60);

    private LocalProcess(string data, int mqttPort, int httpPort, IEnumerable<string> more, IReadOnlyDictionary<string, string>? environment)
        : base(
            "DeviceFleet.Local",
            ["--data", data, "--mqtt-port", Text(mqttPort), "--http-port", Text(httpPort), .. more],
            environment)
    {
        Data = data;
        MqttPort = mqttPort;
        HttpPort = httpPort;
    }

    public string Data { get; }

    public int MqttPort { get; }

    public int HttpPort { get; }

    public Uri Dashboard => new($"http://127.0.0.1:{HttpPort}/");

    /// <summary>The sign-in link that it printed.</summary>
    public Uri SignInLink { get; private set; } = new("about:blank");

    /// <summary>Starts it and waits until it says that it is ready.</summary>
    public static async Task<LocalProcess> StartAsync(
        string data,
        int? mqttPort = null,
        int? httpPort = null,
        IEnumerable<string>? more = null,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        var local = new LocalProcess(data, mqttPort ?? Artifacts.FreePort(), httpPort ?? Artifacts.FreePort(), more ?? [], environment);
        var line = await local.LineAsync(line => line.Contains("/sign-in?", StringComparison.Ordinal), ReadyWithin);
        local.SignInLink = new Uri(line[line.IndexOf("http", StringComparison.Ordinal)..].Trim());
        return local;
    }

    /// <summary>Starts it without waiting: for starts that must fail.</summary>
    public static LocalProcess StartUnready(string data, int mqttPort, int httpPort) => new(data, mqttPort, httpPort, [], null);

    /// <summary>A signed-in client of the REST API, and the cookies for the hub.</summary>
    public async Task<(HttpClient Client, CookieContainer Cookies)> SignInAsync()
    {
        var cookies = new CookieContainer();
        var client = new HttpClient(new SocketsHttpHandler { CookieContainer = cookies, UseProxy = false }) { BaseAddress = Dashboard };
        using var answer = await client.GetAsync(SignInLink);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (client, cookies);
    }

    public async Task<HubConnection> ConnectHubAsync(CookieContainer cookies)
    {
        var hub = new HubConnectionBuilder()
            .WithUrl(new Uri(Dashboard, FleetHubContract.Path), options => options.Cookies = cookies)
            .AddJsonProtocol(options => options.PayloadSerializerOptions.TypeInfoResolverChain.Insert(0, ContractsJson.Default))
            .Build();
        await hub.StartAsync();
        return hub;
    }

    public static async Task<DeviceView?> DeviceAsync(HttpClient client, DeviceId id)
    {
        using var answer = await client.GetAsync(new Uri($"api/devices/{id.Value}", UriKind.Relative));
        if (answer.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }

        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadFromJsonAsync<DeviceView>(JsonOptions);
    }

    public static JsonSerializerOptions JsonOptions { get; } = new(JsonSerializerDefaults.Web) { TypeInfoResolver = ContractsJson.Default };

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
