using System.Collections.Concurrent;
using System.Text.Json;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Groups;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Contracts.Provisioning;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace DeviceFleet.Gateway.Tests.Fakes;

/// <summary>Service <c>devices</c> as the gateway sees it: actors and routes answer what the test says, and what nobody said fails.</summary>
internal sealed class FakeDevices : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Func<string, string, string?>> _answers = new();
    private readonly WebApplication _app;

    private FakeDevices(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.First());

    /// <summary>Each call of an actor: type, id, method, body.</summary>
    public ConcurrentQueue<(string Type, string Id, string Method, string Body)> Calls { get; } = new();

    public static async Task<FakeDevices> StartAsync(Dictionary<DeviceId, DeviceView> views)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var devices = new FakeDevices(app);
        app.MapPut("/actors/{type}/{id}/method/{method}", async (HttpContext context, string type, string id, string method) =>
        {
            var body = await ReadAsync(context);
            if (type != DirectoryActorMethods.ActorType && method != DeviceActorMethods.GetView)
            {
                devices.Calls.Enqueue((type, id, method, body)); // the gateway asks by itself for lists, and for the devices that it hears of
            }

            return devices.Answer($"{type}/{method}", id, body);
        });
        app.MapPost("/" + ProvisioningRoutes.Claims, async (HttpContext context, CancellationToken _) => devices.Answer(ProvisioningRoutes.Claims, "", await ReadAsync(context)));
        app.Map("/settings/{**path}", async (HttpContext context, string? path) => devices.Answer(path is null ? DevicesRoutes.Settings : $"settings/{path}", "", await ReadAsync(context)));
        devices.OnActor<DirectoryQuery, DirectoryPage>(DirectoryActorMethods.ActorType, DirectoryActorMethods.List, (_, _) => new DirectoryPage([], 0));
        devices._answers["Device/GetView"] = (id, _) => Write(views.GetValueOrDefault(DeviceId.Parse(id)) ?? NeverHeardOf(id));
        foreach (var route in (string[])[ProvisioningRoutes.Releases, ProvisioningRoutes.WithdrawRelease, ProvisioningRoutes.Authenticate, ProvisioningRoutes.FirmwareKey])
        {
            app.Map("/" + route, async (HttpContext context, CancellationToken _) => devices.Answer(route, "", await ReadAsync(context)));
        }

        await app.StartAsync();
        return devices;
    }

    /// <summary>What a device's actor answers.</summary>
    public void OnDevice<TReply>(string method, Func<string, TReply> answer) => _answers[$"{DeviceActorMethods.ActorType}/{method}"] = (id, _) => Write(answer(id));

    /// <summary>What a device's actor answers to a message.</summary>
    public void OnDevice<TMessage, TReply>(string method, Func<string, TMessage, TReply> answer) =>
        _answers[$"{DeviceActorMethods.ActorType}/{method}"] = (id, body) => Write(answer(id, Read<TMessage>(body)));

    /// <summary>What a group's actor answers.</summary>
    public void OnGroup<TReply>(string method, Func<string, string, TReply> answer) => _answers[$"{GroupActorMethods.ActorType}/{method}"] = (id, body) => Write(answer(id, body));

    /// <summary>What an actor of any type answers to a message; without one it is the empty text.</summary>
    public void OnActor<TMessage, TReply>(string type, string method, Func<string, TMessage?, TReply> answer)
        where TMessage : class => _answers[$"{type}/{method}"] = (id, body) => Write(answer(id, body.Length == 0 ? null : Read<TMessage>(body)));

    /// <summary>What a route answers.</summary>
    public void OnRoute<TReply>(string route, Func<string, TReply> answer) => _answers[route] = (_, body) => Write(answer(body));

    /// <summary>The last message that was sent to a method of a device's actor.</summary>
    public TMessage Last<TMessage>(string method) => Read<TMessage>(Calls.Last(call => call.Method == method).Body);

    public static T Read<T>(string body) => (T)JsonSerializer.Deserialize(body, ContractsJson.Default.GetTypeInfo(typeof(T))!)!;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static DeviceView NeverHeardOf(string id) => new()
    {
        DeviceId = DeviceId.Parse(id),
        Revision = 0,
        Presence = Presence.Unknown,
        Connects = 0,
        Metrics = new Dictionary<string, double>(),
        Totals = DeviceTotals.Zero,
    };

    private IResult Answer(string what, string id, string body) =>
        _answers.TryGetValue(what, out var answer) && answer(id, body) is { } text ? Results.Text(text, "application/json") : Results.StatusCode(500);

    private static string Write<T>(T value) => JsonSerializer.Serialize(value, ContractsJson.Default.GetTypeInfo(typeof(T))!);

    private static async Task<string> ReadAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        return await reader.ReadToEndAsync();
    }
}
