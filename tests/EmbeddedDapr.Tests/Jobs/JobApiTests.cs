using System.Text;
using System.Threading.Channels;
using EmbeddedDapr.Apps;
using EmbeddedDapr.Jobs;
using EmbeddedDapr.Runtime;
using EmbeddedDapr.Tests.Actors;
using EmbeddedDapr.Tests.Fakes;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace EmbeddedDapr.Tests.Jobs;

public sealed class JobApiTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly Channel<AppRequest> _calls = Channel.CreateBounded<AppRequest>(100);
    private readonly FakeReminderStore _store = new();
    private int _status = 200;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_job_is_posted_to_the_app_when_it_is_due_and_then_gone()
    {
        var api = Sidecar().Jobs;
        await using var runner = Start(api);
        Assert.Null(await api.ScheduleAsync(Request("a b", dueTime: "2s") with { Payload = "42"u8.ToArray() }, Token));

        _time.Advance(TimeSpan.FromSeconds(2));
        var call = await _calls.Reader.ReadAsync(Token);

        Assert.Equal(("POST", "/job/a%20b", "application/json", "42"), (call.Method, call.Path, call.ContentType, Encoding.UTF8.GetString(call.Body.Span)));
        await UntilAsync(() => _store.Count == 0);
        Assert.Equal("DAPR_SCHEDULER_GET_JOB", (await api.GetAsync("a b", Token)).Error!.Code);
    }

    [Fact]
    public async Task What_was_due_while_nothing_ran_runs_at_the_start_and_every_missed_run_is_made_up_for()
    {
        await Sidecar().Jobs.ScheduleAsync(Request("a", schedule: "@every 1s") with { Repeats = 3 }, Token);
        _time.Advance(TimeSpan.FromMinutes(1));

        await using var runner = Start(Sidecar().Jobs);
        for (var run = 0; run < 3; run++)
        {
            await _calls.Reader.ReadAsync(Token);
        }

        await UntilAsync(() => _store.Count == 0);
    }

    [Fact]
    public async Task A_failed_run_is_tried_again_after_the_policys_interval()
    {
        _status = 500;
        var api = Sidecar().Jobs;
        await using var runner = Start(api);
        await api.ScheduleAsync(Request("a", dueTime: "0s") with { Policy = new(TimeSpan.FromSeconds(5), 1) }, Token);
        await _calls.Reader.ReadAsync(Token);

        await UntilAsync(() => runner.Waiting == 1);
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.False(_calls.Reader.TryRead(out _));
        _time.Advance(TimeSpan.FromSeconds(1));
        await _calls.Reader.ReadAsync(Token);
        await UntilAsync(() => _store.Count == 0);
    }

    [Fact]
    public async Task An_app_without_the_route_has_nothing_to_repeat()
    {
        _status = 404;
        var api = Sidecar().Jobs;
        await using var runner = Start(api);
        await api.ScheduleAsync(Request("a", dueTime: "0s"), Token);

        await _calls.Reader.ReadAsync(Token);

        await UntilAsync(() => _store.Count == 0);
    }

    [Fact]
    public async Task A_job_that_was_replaced_or_deleted_does_not_run()
    {
        var api = Sidecar().Jobs;
        await using var runner = Start(api);
        await api.ScheduleAsync(Request("a", dueTime: "1s"), Token);
        await api.ScheduleAsync(Request("b", dueTime: "1s"), Token);

        Assert.Equal("DAPR_SCHEDULER_SCHEDULE_JOB", (await api.ScheduleAsync(Request("a", dueTime: "10s"), Token))!.Code);
        Assert.Null(await api.ScheduleAsync(Request("a", dueTime: "10s") with { Overwrite = true, Payload = "2"u8.ToArray() }, Token));
        Assert.Null(await api.DeleteAsync("b", Token));
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.False(_calls.Reader.TryRead(out _));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("2", Encoding.UTF8.GetString((await _calls.Reader.ReadAsync(Token)).Body.Span));
    }

    [Fact]
    public async Task Jobs_are_the_apps_own_listed_by_name_and_deleted_by_prefix()
    {
        var api = Sidecar().Jobs;
        foreach (var name in new[] { "b-1", "a-2", "a-1" })
        {
            await api.ScheduleAsync(Request(name, dueTime: "1h"), Token);
        }

        Assert.Empty((await Sidecar("app2").Jobs.ListAsync(Token)).Value);
        Assert.Equal(3, (await api.ListAsync(Token)).Value.Count);
        Assert.Null(await api.DeleteByPrefixAsync("a-", Token));
        Assert.Single((await api.ListAsync(Token)).Value);
        Assert.Null(await api.DeleteByPrefixAsync(string.Empty, Token));
        Assert.Empty((await api.ListAsync(Token)).Value);
    }

    [Fact]
    public async Task Refusals_name_app_and_namespace()
    {
        var error = (await Sidecar().Jobs.ScheduleAsync(new JobRequest { Name = "a" }, Token))!;

        Assert.Equal(("DAPR_SCHEDULER_SCHEDULE_EMPTY", 400, "app1", "default"), (error.Code, error.HttpStatus, error.Details!.Metadata!["appID"], error.Details.Metadata["namespace"]));
        Assert.Equal("DAPR_SCHEDULER_JOB_NAME_EMPTY", (await Sidecar().Jobs.DeleteAsync(string.Empty, Token))!.Code);
        Assert.Equal("DAPR_SCHEDULER_SCHEDULE_JOB", (await TestSidecar.Bare().Jobs.ScheduleAsync(Request("a", dueTime: "1s"), Token))!.Code);
    }

    private static JobRequest Request(string name, string? schedule = null, string? dueTime = null) => new() { Name = name, Schedule = schedule, DueTime = dueTime };

    private static JobRunner Start(JobApi api) => (JobRunner)api.Start()!;

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private Sidecar Sidecar(string appId = "app1") => new()
    {
        Options = new() { AppId = appId },
        App = new FakeApp(request =>
        {
            _calls.Writer.TryWrite(request);
            return FakeApp.Response(_status);
        }),
        Time = _time,
        Loggers = NullLoggerFactory.Instance,
        Components = new() { Schedules = _store },
    };
}
