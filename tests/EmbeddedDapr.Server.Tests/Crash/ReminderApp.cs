using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Tests.Shared;

namespace EmbeddedDapr.Server.Tests.Crash;

/// <summary>An app that hosts actors of type <c>T</c> and notes their reminders; told so, it does not answer one, and says that it is inside.</summary>
internal sealed class ReminderApp : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly List<Callback> _callbacks = [];
    private readonly WebApplication _app;
    private TaskCompletionSource? _inside;
    private int _untilInside;

    private ReminderApp(int port)
    {
        Port = port;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        _app = builder.Build();
        _app.MapGet("/dapr/config", () => Results.Json(new JsonObject { ["entities"] = new JsonArray("T") }));
        _app.MapPut("/actors/T/{id}/method/remind/{name}", (RequestDelegate)RemindAsync);
        _app.MapDelete("/actors/T/{id}", () => Results.Ok());
    }

    public int Port { get; }

    public static async Task<ReminderApp> StartAsync()
    {
        var app = new ReminderApp(Ports.Free());
        await app._app.StartAsync();
        return app;
    }

    /// <summary>The callbacks of a reminder so far, in order.</summary>
    public IReadOnlyList<Callback> CallbacksOf(string name)
    {
        lock (_lock)
        {
            return [.. _callbacks.Where(callback => callback.Name == name)];
        }
    }

    /// <summary>Completes inside the callback that comes after <paramref name="count"/> others; that one is never answered.</summary>
    public Task InsideAsync(int count)
    {
        lock (_lock)
        {
            _untilInside = count;
            _inside = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _inside.Task;
        }
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task RemindAsync(HttpContext context)
    {
        var callback = new Callback((string)context.GetRouteValue("name")!, TimeProvider.System.GetUtcNow());
        TaskCompletionSource? inside = null;
        lock (_lock)
        {
            _callbacks.Add(callback);
            if (_inside is not null && _untilInside-- == 0)
            {
                (inside, _inside) = (_inside, null);
            }
        }

        if (inside is not null)
        {
            inside.SetResult();
            var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var registration = context.RequestAborted.Register(gone.SetResult);
            await gone.Task;
        }
    }

    /// <summary>One call of a reminder.</summary>
    internal sealed record Callback(string Name, DateTimeOffset At);
}
