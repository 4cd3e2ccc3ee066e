using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace DeviceFleet.Testing;

/// <summary>What becomes of a call of the runtime.</summary>
internal enum CallFate
{
    /// <summary>It is done, and answered.</summary>
    Done,

    /// <summary>It is not done, and fails.</summary>
    Lost,

    /// <summary>It is done, and fails all the same.</summary>
    Unanswered,
}

/// <summary>A reminder as the SDK registered it.</summary>
internal sealed record ReminderCall(string ActorId, string Name, string DueTime, string Period);

/// <summary>
/// A small stand-in for a sidecar: enough of the Dapr HTTP and gRPC API, in memory, that a service runs on it through the real SDK. Tests look at what it was
/// told, and let calls fail. Forms follow the Dapr API reference.
/// </summary>
internal sealed partial class FakeRuntime : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _turns = new();
    private readonly HttpClient _app = new();
    private readonly WebApplication _server;
    private int _transactions;

    private FakeRuntime(WebApplication server) => _server = server;

    /// <summary>Stored actor state by <c>type||id||key</c>, JSON text.</summary>
    public ConcurrentDictionary<string, string> ActorState { get; } = new();

    /// <summary>How many transactions were written.</summary>
    public int Transactions => _transactions;

    /// <summary>Reminders set now, by <c>id||name</c>.</summary>
    public ConcurrentDictionary<string, ReminderCall> Reminders { get; } = new();

    /// <summary>Every registration ever made.</summary>
    public ConcurrentQueue<ReminderCall> ReminderCalls { get; } = new();

    /// <summary>Timers as they were registered last, JSON text, by <c>type||id||name</c>.</summary>
    public ConcurrentDictionary<string, string> Timers { get; } = new();

    /// <summary>Says of which actors, as <c>type/id</c>, turns fail.</summary>
    public Func<string, bool> RefusesTurnsOf { get; set; } = _ => false;

    /// <summary>What the app must be sent as <c>dapr-api-token</c>; null: nothing.</summary>
    public string? AppToken { get; set; }

    public Uri? App { get; set; }

    public Uri Http { get; private set; } = null!;

    public Uri Grpc { get; private set; } = null!;

    public static async Task<FakeRuntime> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        var server = builder.Build();
        var fake = new FakeRuntime(server);
        server.Use((context, next) =>
        {
            // The SDK joins its endpoint and a path with two slashes; the real runtime cleans paths (Dapr HTTP server).
            context.Request.Path = context.Request.Path.Value!.Replace("//", "/", StringComparison.Ordinal);
            return next(context);
        });
        server.UseRouting();
        fake.MapActors();
        fake.MapInvoke();
        fake.MapGrpc();
        await server.StartAsync();
        var urls = server.Urls.ToArray();
        (fake.Http, fake.Grpc) = (new Uri(urls[0]), new Uri(urls[1]));
        return fake;
    }

    /// <summary>Settings that lead a service here.</summary>
    public Dictionary<string, string?> Settings(string? appToken = null) => new()
    {
        ["DAPR_HTTP_ENDPOINT"] = Http.ToString().TrimEnd('/'),
        ["DAPR_GRPC_ENDPOINT"] = Grpc.ToString(),
        ["APP_API_TOKEN"] = AppToken = appToken,
    };

    /// <summary>One turn: a call to the app, alone for its actor.</summary>
    public async Task<HttpResponseMessage> TurnAsync(string actor, string path, HttpContent? content)
    {
        var turn = _turns.GetOrAdd(actor, _ => new SemaphoreSlim(1));
        await turn.WaitAsync();
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Put, new Uri(App!, $"/actors/{actor}/method/{path}")) { Content = content };
            if (AppToken is not null)
            {
                request.Headers.Add("dapr-api-token", AppToken);
            }

            return await _app.SendAsync(request);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Lets a reminder fire, as the runtime does: due time and period always empty.</summary>
    public async Task FireAsync(string actorId, string name)
    {
        using var answer = await TurnAsync($"Device/{actorId}", $"remind/{name}", new StringContent("""{"dueTime":"","period":""}""", Encoding.UTF8, "application/json"));
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Lets a timer fire, as the runtime does: with what it was registered with.</summary>
    public async Task TickAsync(string type, string actorId, string name)
    {
        var registered = Timers[$"{type}||{actorId}||{name}"];
        using var answer = await TurnAsync($"{type}/{actorId}", $"timer/{name}", new StringContent(registered, Encoding.UTF8, "application/json"));
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Tells the app that the actor is idle.</summary>
    public async Task DeactivateAsync(string actorId, string type = "Device")
    {
        using var answer = await _app.DeleteAsync(new Uri(App!, $"/actors/{type}/{actorId}"));
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>A write that comes by no API: a state manager of the test's own.</summary>
    public void WriteActorState(string key, string json)
    {
        if (FailSaves)
        {
            throw new InvalidOperationException("The store fails.");
        }

        ActorState[key] = json;
        Interlocked.Increment(ref _transactions);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _app.Dispose();
    }

    private void MapActors()
    {
        const string actor = "/v1.0/actors/{type}/{id}";
        _server.MapPut(actor + "/method/{method}", async (HttpContext context, string type, string id, string method) =>
        {
            if (RefusesTurnsOf($"{type}/{id}"))
            {
                context.Response.StatusCode = 500;
                return;
            }

            using var content = new StreamContent(context.Request.Body);
            using var answer = await TurnAsync($"{type}/{id}", method, content);
            context.Response.StatusCode = answer.IsSuccessStatusCode ? 200 : 500;
            await answer.Content.CopyToAsync(context.Response.Body);
        });
        _server.MapGet(actor + "/state/{key}", (string type, string id, string key) =>
            ActorState.TryGetValue($"{type}||{id}||{key}", out var value) ? Results.Text(value, "application/json") : Results.NoContent());
        _server.MapPut(actor + "/state", async (HttpContext context, string type, string id) =>
        {
            using var operations = await JsonDocument.ParseAsync(context.Request.Body);
            var fate = OnCall("state");
            if (FailSaves || fate == CallFate.Lost)
            {
                return Results.Text("""{"errorCode":"ERR_ACTOR_STATE_TRANSACTION_SAVE"}""", "application/json", statusCode: 500);
            }

            foreach (var operation in operations.RootElement.EnumerateArray())
            {
                var request = operation.GetProperty("request");
                var key = $"{type}||{id}||{request.GetProperty("key").GetString()}";
                if (operation.GetProperty("operation").GetString() == "delete")
                {
                    ActorState.TryRemove(key, out _);
                }
                else
                {
                    ActorState[key] = request.GetProperty("value").GetRawText();
                }
            }

            Interlocked.Increment(ref _transactions);
            return fate == CallFate.Unanswered ? Results.StatusCode(500) : Results.NoContent();
        });
        _server.MapPut(actor + "/timers/{name}", async (HttpContext context, string type, string id, string name) =>
        {
            using var body = await JsonDocument.ParseAsync(context.Request.Body);
            Timers[$"{type}||{id}||{name}"] = body.RootElement.GetRawText();
            return Results.NoContent();
        });
        _server.MapPut(actor + "/reminders/{name}", async (HttpContext context, string id, string name) =>
        {
            var fate = OnCall("reminder");
            if (fate == CallFate.Lost)
            {
                return Results.StatusCode(500);
            }

            using var body = await JsonDocument.ParseAsync(context.Request.Body);
            var call = new ReminderCall(id, name, Text(body, "dueTime"), Text(body, "period"));
            Reminders[$"{id}||{name}"] = call;
            ReminderCalls.Enqueue(call);
            return fate == CallFate.Unanswered ? Results.StatusCode(500) : Results.NoContent();
        });
        _server.MapDelete(actor + "/reminders/{name}", (string id, string name) =>
        {
            Reminders.TryRemove($"{id}||{name}", out _);
            return Results.NoContent();
        });
    }

    /// <summary>Asked at each write of actor state, call of an output binding, bulk publish and registration of a reminder: what becomes of it.</summary>
    public Func<string, CallFate> OnCall { get; set; } = _ => CallFate.Done;

    /// <summary>Whether actor state transactions fail.</summary>
    public bool FailSaves { get; set; }

    private static string Text(JsonDocument body, string name) => body.RootElement.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";
}
