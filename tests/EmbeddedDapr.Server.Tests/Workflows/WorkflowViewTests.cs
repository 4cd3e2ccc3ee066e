using System.Net;
using System.Text.Json.Nodes;
using EmbeddedDapr.Workflows;
using Microsoft.Extensions.Time.Testing;
using TaskHub.Protocol;

namespace EmbeddedDapr.Server.Tests.Workflows;

/// <summary>What a dashboard asks of workflows, under <c>/v1.0-embedded/workflows</c>.</summary>
public sealed class WorkflowViewTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly HttpClient _client = new();
    private EmbeddedDaprHost? _dapr;
    private WorkflowEngine? _engine;

    public async ValueTask InitializeAsync()
    {
        _dapr = await EmbeddedDaprHost.StartAsync(new EmbeddedDaprHostOptions { Time = _time });
        _client.BaseAddress = new Uri(_dapr.HttpEndpoint, "/v1.0-embedded/workflows");
        _engine = (await _dapr.Sidecar.Workflows.EngineAsync())!;
    }

    [Fact]
    public async Task The_one_that_has_not_moved_for_longest_comes_first_and_what_has_ended_last()
    {
        var worker = new TestWorker(
            _engine!, turn => turn.Id == "ended" ? turn.Answer(Turn.Done(1)) : turn.Answer(), request => TestWorker.Result(request, null), echoesTokens: true);
        foreach (var id in (string[])["old", "ended", "new"])
        {
            await StartAsync(id);
            await _engine!.WaitAsync(id, row => row.Status != OrchestrationStatus.Pending, TestContext.Current.CancellationToken);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        worker.Disconnect();

        Assert.Equal(["old", "new", "ended"], Ids(await GetAsync("")));
        Assert.Equal(["old", "ended", "new"], Ids(await GetAsync("?order=created")));
        Assert.Equal(["ended"], Ids(await GetAsync("?status=completed")));
        Assert.Equal(["new"], Ids(await GetAsync("?id=ew")));
    }

    [Fact]
    public async Task Pages_follow_one_another_without_gap_or_repetition()
    {
        string[] all = [.. Enumerable.Range(0, 7).Select(number => $"w{number}")];
        foreach (var id in all)
        {
            await StartAsync(id);
        }

        var seen = new List<string>();
        var query = "?limit=3";
        do
        {
            var page = await GetAsync(query);
            seen.AddRange(Ids(page));
            query = page["next"] is { } next ? $"?limit=3&after={Uri.EscapeDataString(next.GetValue<string>())}" : string.Empty;
        }
        while (query.Length > 0);

        Assert.Equal(all, seen);
    }

    [Fact]
    public async Task The_summary_counts_and_says_what_waits_for_a_worker()
    {
        await StartAsync("a");
        await StartAsync("b");

        var summary = await GetAsync("/summary");

        Assert.Equal(2, summary["statuses"]!["PENDING"]!.GetValue<int>());
        Assert.Equal(2, summary["turnsWaiting"]!.GetValue<int>());
        Assert.Equal(0, summary["connectedWorkers"]!.GetValue<int>());
    }

    [Fact]
    public async Task One_instance_and_its_history_are_told()
    {
        var worker = new TestWorker(_engine!, turn => turn.Answer(Turn.Done(1, "\"out\"")), request => TestWorker.Result(request, null), echoesTokens: true);
        await StartAsync("a");
        await _engine!.WaitAsync("a", row => row.IsTerminal, TestContext.Current.CancellationToken);
        worker.Disconnect();

        var one = await GetAsync("/a");
        var history = await GetAsync("/a/history?skip=1&limit=1");

        Assert.Equal("COMPLETED", one["status"]!.GetValue<string>());
        Assert.Equal("\"out\"", one["output"]!.GetValue<string>());
        Assert.Equal(3, history["count"]!.GetValue<int>());
        Assert.NotNull(Assert.Single(history["events"]!.AsArray())!["executionStarted"]);
    }

    [Theory]
    [InlineData("?limit=0", HttpStatusCode.BadRequest)]
    [InlineData("?limit=501", HttpStatusCode.BadRequest)]
    [InlineData("?status=unheard-of", HttpStatusCode.BadRequest)]
    [InlineData("?from=yesterday", HttpStatusCode.BadRequest)]
    [InlineData("?order=random", HttpStatusCode.BadRequest)]
    [InlineData("?after=nonsense", HttpStatusCode.BadRequest)]
    [InlineData("/a/history?limit=-1", HttpStatusCode.BadRequest)]
    [InlineData("/nobody", HttpStatusCode.NotFound)]
    [InlineData("/nobody/history", HttpStatusCode.NotFound)]
    public async Task What_is_no_question_is_refused(string path, HttpStatusCode expected)
    {
        using var answer = await _client.GetAsync(new Uri(_client.BaseAddress + path));

        Assert.Equal(expected, answer.StatusCode);
        Assert.NotNull(JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["errorCode"]);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _dapr!.DisposeAsync();
    }

    private static IEnumerable<string> Ids(JsonNode page) => page["workflows"]!.AsArray().Select(row => row!["id"]!.GetValue<string>());

    private async Task StartAsync(string id)
    {
        Assert.Null(await _engine!.StartAsync(new StartRequest { InstanceId = id, Name = "W" }, TestContext.Current.CancellationToken));
        _time.Advance(TimeSpan.FromMilliseconds(10));
    }

    private async Task<JsonNode> GetAsync(string path) => JsonNode.Parse(await _client.GetStringAsync(new Uri(_client.BaseAddress + path)))!;
}
