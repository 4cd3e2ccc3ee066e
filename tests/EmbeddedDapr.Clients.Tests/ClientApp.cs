using System.Threading.Channels;
using Dapr;
using Dapr.AspNetCore;
using Dapr.Client;
using EmbeddedDapr.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tests.Shared;

namespace EmbeddedDapr.Clients.Tests;

/// <summary>An order, as events and bodies carry it.</summary>
public sealed record Order(string Id, int Amount);

/// <summary>An app written with <c>Dapr.AspNetCore</c>, the runtime beside it, and the official client; all over real sockets.</summary>
public sealed class ClientApp : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("clients").FullName;
    private readonly Channel<(string Route, string Body)> _received = Channel.CreateUnbounded<(string, string)>();
    private WebApplication? _app;
    private EmbeddedDaprHost? _dapr;

    public EmbeddedDaprHost Dapr => _dapr!;

    public DaprClient Client => _app!.Services.GetRequiredService<DaprClient>();

    public string Folder => _folder;

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "secrets.json"), """{"db":{"password":"p1"},"plain":"s1"}""");
        await File.WriteAllTextAsync(Path.Combine(_folder, "resources.yaml"), Resources);
        await WriteSettingsAsync("blue");
        var port = Ports.Free();
        _dapr = await EmbeddedDaprHost.StartAsync(new EmbeddedDaprHostOptions { AppId = "clients", AppPort = port, ResourcesPaths = [_folder], DataFolder = _folder });
        _app = Build(port);
        await _app.StartAsync();
        await _dapr.ReadyAsync();
    }

    /// <summary>Replaces the file of settings.</summary>
    public Task WriteSettingsAsync(string color) => File.WriteAllTextAsync(Path.Combine(_folder, "settings.json"), $$"""{"color":"{{color}}","size":"large"}""");

    /// <summary>The next call of <paramref name="route"/>; calls of others before it are dropped.</summary>
    public async Task<string> NextAsync(string route)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        while (true)
        {
            var (at, body) = await _received.Reader.ReadAsync(limit.Token);
            if (at == route)
            {
                return body;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _dapr!.DisposeAsync();
        await _app!.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private WebApplication Build(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.Configuration.AddInMemoryCollection(Dapr.Settings);
        builder.Services.AddDaprClient();
        var app = builder.Build();
        app.UseCloudEvents();
        app.MapSubscribeHandler();
        Topic(app, "orders", "orders");
        Topic(app, "dead", "dead");
        app.MapPost("/failing", () => Results.StatusCode(StatusCodes.Status404NotFound))
            .WithTopic(new TopicOptions { PubsubName = "pubsub", Name = "failing", DeadLetterTopic = "dead" });
        app.MapPost("/large", (Order order) => Note("large", order.Id))
            .WithTopic(new TopicOptions { PubsubName = "pubsub", Name = "routed", Match = "event.data.amount > 100", Priority = 1 });
        app.MapPost("/small", (Order order) => Note("small", order.Id)).WithTopic("pubsub", "routed");
        app.MapPost("/raw", async (HttpContext context) => await NoteBodyAsync("raw", context)).WithTopic("pubsub", "raw", enableRawPayload: true);
        app.MapPost("/bulk", (BulkSubscribeMessage<BulkMessageModel<Order>> messages) => Bulk(messages))
            .WithTopic("pubsub", "bulk").WithMetadata(new BulkSubscribeAttribute("bulk", 10, 100));
        app.MapPost("/echo", (Order order, HttpContext context) =>
        {
            context.Response.Headers["x-saw"] = context.Request.Headers["x-told"].ToString();
            return Results.Json(order with { Amount = order.Amount + 1 }, statusCode: StatusCodes.Status201Created);
        });
        app.MapGet("/fails", () => Results.Problem("as asked", statusCode: StatusCodes.Status418ImATeapot));
        app.MapMethods("/tick", ["OPTIONS"], () => Results.Ok());
        app.MapPost("/tick", () => Note("tick", string.Empty));
        return app;
    }

    private void Topic(WebApplication app, string topic, string route) =>
        app.MapPost("/" + route, (Order order) => Note(route, $"{order.Id} {order.Amount}")).WithTopic("pubsub", topic);

    private IResult Note(string route, string body)
    {
        _received.Writer.TryWrite((route, body));
        return Results.Ok();
    }

    private async Task<IResult> NoteBodyAsync(string route, HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        return Note(route, await reader.ReadToEndAsync());
    }

    private BulkSubscribeAppResponse Bulk(BulkSubscribeMessage<BulkMessageModel<Order>> messages)
    {
        foreach (var entry in messages.Entries)
        {
            Note("bulk", entry.Event.Data.Id);
        }

        return new([.. messages.Entries.Select(entry => new BulkSubscribeAppResponseEntry(entry.EntryId, BulkSubscribeAppResponseStatus.SUCCESS))]);
    }

    private const string Resources = """
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata: {name: statestore}
        spec:
          type: state.sqlite
          version: v1
          metadata: [{name: connectionString, value: state.db}, {name: actorStateStore, value: "true"}]
        ---
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata: {name: pubsub}
        spec: {type: pubsub.in-memory, version: v1}
        ---
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata: {name: secrets}
        spec:
          type: secretstores.local.file
          version: v1
          metadata: [{name: secretsFile, value: secrets.json}]
        ---
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata: {name: settings}
        spec:
          type: configuration.file
          version: v1
          metadata: [{name: file, value: settings.json}, {name: pollInterval, value: 100ms}]
        ---
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata: {name: locks}
        spec: {type: lock.in-memory, version: v1}
        ---
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata: {name: tick}
        spec:
          type: bindings.cron
          version: v1
          metadata: [{name: schedule, value: "@every 1s"}]
        ---
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata: {name: files}
        spec:
          type: bindings.localstorage
          version: v1
          metadata: [{name: rootPath, value: files}]
        """;
}
