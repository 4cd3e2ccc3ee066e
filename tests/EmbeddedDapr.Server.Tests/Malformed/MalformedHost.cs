using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Tests.Shared;

namespace EmbeddedDapr.Server.Tests.Malformed;

/// <summary>A runtime with one app, and in it a victim that no malformed request may reach: an actor's state and a key.</summary>
public sealed class MalformedHost : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("malformed").FullName;
    private readonly CrashLog _log = new();
    private WebApplication? _app;
    private EmbeddedDaprHost? _dapr;

    public EmbeddedDaprHost Dapr => _dapr!;

    /// <summary>Exceptions that nobody expected, as logged.</summary>
    public IReadOnlyCollection<string> Crashes => _log.Crashes;

    public async ValueTask InitializeAsync()
    {
        var port = Ports.Free();
        _dapr = await EmbeddedDaprHost.StartAsync(new EmbeddedDaprHostOptions
        {
            AppPort = port,
            DataFolder = _folder,
            Loggers = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Warning).AddProvider(_log)),
            Resources = """
                apiVersion: dapr.io/v1alpha1
                kind: Component
                metadata: {name: store}
                spec: {type: state.sqlite, version: v1, metadata: [{name: connectionString, value: m.db}, {name: actorStateStore, value: "true"}]}
                ---
                apiVersion: dapr.io/v1alpha1
                kind: Component
                metadata: {name: pubsub}
                spec: {type: pubsub.in-memory, version: v1}
                """,
        });
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        _app = builder.Build();
        _app.MapGet("/dapr/config", () => Results.Json(new { entities = (string[])["A"] }));
        _app.MapGet("/dapr/subscribe", () => Results.Json((object[])[new { pubsubname = "pubsub", topic = "t", route = "/t" }]));
        _app.MapFallback((HttpContext context) => context.Request.Body.CopyToAsync(context.Response.Body));
        await _app.StartAsync();
        await _dapr.ReadyAsync();
        using var client = new HttpClient { BaseAddress = _dapr.HttpEndpoint };
        await SendAsync(client, HttpMethod.Put, "/v1.0/actors/A/victim/method/wake", "1");
        await SendAsync(client, HttpMethod.Post, "/v1.0/actors/A/victim/state", """[{"operation":"upsert","request":{"key":"k","value":"mine"}}]""");
        await SendAsync(client, HttpMethod.Post, "/v1.0/state/store", """[{"key":"victim","value":"mine"}]""");
    }

    /// <summary>Both values of the victim, as they are now.</summary>
    public async Task<(string? Actor, string? Key)> VictimAsync()
    {
        using var client = new HttpClient { BaseAddress = Dapr.HttpEndpoint };
        return (JsonSerializer.Deserialize<string>(await client.GetStringAsync(new Uri("/v1.0/actors/A/victim/state/k", UriKind.Relative))),
            JsonSerializer.Deserialize<string>(await client.GetStringAsync(new Uri("/v1.0/state/store/victim", UriKind.Relative))));
    }

    public async ValueTask DisposeAsync()
    {
        await _dapr!.DisposeAsync();
        await _app!.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task SendAsync(HttpClient client, HttpMethod method, string path, string body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        using var answer = await client.SendAsync(request);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Keeps what ASP.NET Core, gRPC and the engine call unhandled: a request must have an answer, not an accident.</summary>
    private sealed class CrashLog : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _crashes = [];

        public IReadOnlyCollection<string> Crashes => _crashes;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            // The gRPC server answers a frame with a flag that does not exist, and logs it as an error of its own.
            if (IsEnabled(logLevel) && exception is not null and not InvalidDataException)
            {
                _crashes.Enqueue($"{formatter(state, exception)} {exception}");
            }
        }

        public void Dispose()
        {
        }
    }
}
