using System.Diagnostics;
using System.Text;
using EmbeddedDapr.Apps;
using EmbeddedDapr.Server.InProcess;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EmbeddedDapr.Server.Tests;

public sealed class InProcessServerTests
{
    private static readonly AsyncLocal<string?> CallersOwn = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Path_query_headers_and_body_arrive_and_the_answer_comes_back()
    {
        await using var app = await RunningApp.StartAsync(app => app.MapPost("/echo/{what}", async (HttpContext context, string what) =>
        {
            using var reader = new StreamReader(context.Request.Body);
            context.Response.Headers["x-reply"] = context.Request.Headers["x-ask"];
            context.Response.StatusCode = 201;
            await context.Response.WriteAsync($"{what}|{context.Request.QueryString}|{context.Request.ContentType}|{await reader.ReadToEndAsync()}");
        }));

        var answer = await app.SendAsync(new AppRequest
        {
            Method = "POST",
            Path = "/echo/a%20b",
            Query = "x=1",
            ContentType = "text/plain",
            Headers = [new("x-ask", "yes")],
            Body = "body"u8.ToArray(),
        });

        Assert.Equal(201, answer.Status);
        Assert.Equal("a b|?x=1|text/plain|body", Encoding.UTF8.GetString(answer.Body.Span));
        Assert.Contains(new KeyValuePair<string, string>("x-reply", "yes"), answer.Headers!);
    }

    [Fact]
    public async Task The_body_can_be_read_as_a_pipe_also_when_another_stream_was_put_before_it()
    {
        await using var app = await RunningApp.StartAsync(app =>
        {
            app.Use((context, next) =>
            {
                if (context.Request.Path == "/replaced")
                {
                    // As middleware does that looks at the reader before it decides.
                    _ = context.Request.BodyReader;
                    context.Request.Body = new MemoryStream("other"u8.ToArray());
                }

                return next(context);
            });
            app.MapPost("/{path}", async (HttpContext context) =>
            {
                var read = await context.Request.BodyReader.ReadAtLeastAsync(1_000);
                await context.Response.WriteAsync(Encoding.UTF8.GetString(read.Buffer));
                context.Request.BodyReader.AdvanceTo(read.Buffer.End);
            });
        });

        foreach (var (path, body, expected) in new[] { ("/own", "body", "body"), ("/replaced", "body", "other"), ("/own", string.Empty, string.Empty), ("/own", "again", "again") })
        {
            var answer = await app.SendAsync(new AppRequest { Method = "POST", Path = path, Body = Encoding.UTF8.GetBytes(body) });
            Assert.Equal(expected, Encoding.UTF8.GetString(answer.Body.Span));
        }
    }

    [Fact]
    public async Task What_the_pipeline_throws_is_a_500_without_a_body_and_the_next_request_knows_nothing_of_it()
    {
        await using var app = await RunningApp.StartAsync(app =>
        {
            app.MapGet("/throws", (Action)(() => throw new InvalidOperationException("no")));
            app.MapGet("/works", (HttpContext context) => $"{context.Items.Count} {context.Response.Headers.Count} {context.Request.Headers["x-ask"]}");
        });

        var failed = await app.SendAsync(new AppRequest { Method = "GET", Path = "/throws", Headers = [new("x-ask", "yes")] });
        var works = await app.SendAsync(new AppRequest { Method = "GET", Path = "/works" });

        Assert.Equal((500, 0), (failed.Status, failed.Body.Length));
        Assert.Equal("0 0 ", Encoding.UTF8.GetString(works.Body.Span));
    }

    [Fact]
    public async Task Callbacks_of_the_answer_run_as_on_a_socket()
    {
        var completed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var app = await RunningApp.StartAsync(app => app.MapGet("/", (HttpContext context) =>
        {
            context.Response.OnStarting(() =>
            {
                context.Response.Headers["x-late"] = "set";
                return Task.CompletedTask;
            });
            context.Response.OnCompleted(() =>
            {
                completed.SetResult();
                return Task.CompletedTask;
            });
            return "text";
        }));

        var answer = await app.SendAsync(new AppRequest { Method = "GET", Path = "/" });

        Assert.Contains(new KeyValuePair<string, string>("x-late", "set"), answer.Headers!);
        await completed.Task;
    }

    [Fact]
    public async Task The_callers_context_stays_with_the_caller_but_its_trace_goes_on()
    {
        await using var app = await RunningApp.StartAsync(app => app.MapGet("/", (HttpContext context) => $"{CallersOwn.Value ?? "nothing"} {context.Request.Headers.TraceParent}"));
        using var activity = new Activity("caller").SetIdFormat(ActivityIdFormat.W3C).Start();
        CallersOwn.Value = "mine";

        var answer = await app.SendAsync(new AppRequest { Method = "GET", Path = "/", Headers = [new("traceparent", "old")] });

        Assert.Equal($"nothing {activity.Id}", Encoding.UTF8.GetString(answer.Body.Span));
        Assert.Equal("mine", CallersOwn.Value);
    }

    [Fact]
    public async Task Many_requests_at_once_do_not_mix()
    {
        await using var app = await RunningApp.StartAsync(app => app.MapGet("/{n}", async (int n) =>
        {
            await Task.Yield();
            return $"{n}";
        }));

        var answers = await Task.WhenAll(Enumerable.Range(0, 1_000).Select(n => Task.Run(async () =>
            Encoding.UTF8.GetString((await app.SendAsync(new AppRequest { Method = "GET", Path = $"/{n}" })).Body.Span) == $"{n}")));

        Assert.All(answers, Assert.True);
    }

    [Fact]
    public async Task A_cancelled_request_is_aborted_and_awaited()
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = false;
        await using var app = await RunningApp.StartAsync(app => app.MapGet("/", async (HttpContext context) =>
        {
            started.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ContinueWith(_ => ended = true, TaskScheduler.Default);
            context.Abort();
        }));
        using var cancel = new CancellationTokenSource();

        var call = app.Channel.SendAsync(new AppRequest { Method = "GET", Path = "/" }, cancel.Token).AsTask();
        await started.Task;
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.True(ended);
    }

    [Fact]
    public async Task An_app_that_has_not_started_or_has_stopped_cannot_be_reached()
    {
        var server = new InProcessServer();
        var channel = new InProcessAppChannel(server);
        await Assert.ThrowsAsync<AppUnreachableException>(() => channel.SendAsync(new AppRequest { Method = "GET", Path = "/" }, Cancelled).AsTask());

        var app = await RunningApp.StartAsync(app => app.MapGet("/", () => "x"));
        await app.DisposeAsync();

        await Assert.ThrowsAsync<AppUnreachableException>(() => app.SendAsync(new AppRequest { Method = "GET", Path = "/" }));
    }

    private sealed class RunningApp(WebApplication app, InProcessServer server) : IAsyncDisposable
    {
        public InProcessAppChannel Channel { get; } = new(server);

        public static async Task<RunningApp> StartAsync(Action<WebApplication> map)
        {
            var server = new InProcessServer();
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.Services.ReplaceServer(server);
            var app = builder.Build();
            map(app);
            await app.StartAsync(Cancelled);
            return new RunningApp(app, server);
        }

        public Task<AppResponse> SendAsync(AppRequest request) => Channel.SendAsync(request, Cancelled).AsTask();

        public async ValueTask DisposeAsync()
        {
            await app.StopAsync(CancellationToken.None);
            await app.DisposeAsync();
        }
    }
}
