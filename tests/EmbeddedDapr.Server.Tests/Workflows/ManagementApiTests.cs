using System.Text;
using System.Text.Json.Nodes;

namespace EmbeddedDapr.Server.Tests.Workflows;

/// <summary>E85: the HTTP management API, every verb and error of contract section 5, the same under each of the three prefixes.</summary>
public sealed class ManagementApiTests : IAsyncLifetime
{
    private readonly HttpClient _client = new();
    private EmbeddedDaprHost? _dapr;
    private TestWorker? _worker;

    public static TheoryData<string> Prefixes => ["v1.0", "v1.0-beta1", "v1.0-alpha1"];

    public async ValueTask InitializeAsync()
    {
        _dapr = await EmbeddedDaprHost.StartAsync();
        var engine = (await _dapr.Sidecar.Workflows.EngineAsync())!;

        // Ends when the event "end" comes, with what it carries.
        _worker = new TestWorker(
            engine,
            turn => turn.Raised is [.., var data] ? turn.Answer(Turn.Done(1, data)) : turn.Answer(),
            request => TestWorker.Result(request, null),
            echoesTokens: true);
    }

    [Theory]
    [MemberData(nameof(Prefixes))]
    public async Task E85_an_instance_is_started_told_of_paused_resumed_ended_and_purged(string prefix)
    {
        var root = $"{prefix}/workflows/dapr";
        Assert.Equal((202, "{\"instanceID\":\"i\"}"), await SendAsync("POST", $"{root}/W/start?instanceID=i", "7"));
        await UntilAsync($"{root}/i", "RUNNING");
        Assert.Equal(202, (await SendAsync("POST", $"{root}/i/pause")).Status);
        await UntilAsync($"{root}/i", "SUSPENDED");
        Assert.Equal(202, (await SendAsync("POST", $"{root}/i/resume")).Status);
        await UntilAsync($"{root}/i", "RUNNING");
        Assert.Equal(202, (await SendAsync("POST", $"{root}/i/raiseEvent/end", "8")).Status);

        var ended = await UntilAsync($"{root}/i", "COMPLETED");

        Assert.Equal(("i", "W"), (ended["instanceID"]!.GetValue<string>(), ended["workflowName"]!.GetValue<string>()));
        Assert.Equal(("7", "8"), (ended["properties"]!["dapr.workflow.input"]!.GetValue<string>(), ended["properties"]!["dapr.workflow.output"]!.GetValue<string>()));
        Assert.Equal(202, (await SendAsync("POST", $"{root}/i/purge")).Status);
        Assert.Equal(404, (await SendAsync("GET", $"{root}/i")).Status);
    }

    [Theory]
    [MemberData(nameof(Prefixes))]
    public async Task E85_an_instance_is_terminated_and_a_second_one_of_its_id_refused_while_it_runs(string prefix)
    {
        var root = $"{prefix}/workflows/dapr";
        var (_, started) = await SendAsync("POST", $"{root}/W/start");
        var id = JsonNode.Parse(started)!["instanceID"]!.GetValue<string>();
        await UntilAsync($"{root}/{id}", "RUNNING");

        await RefusedAsync("POST", $"{root}/W/start?instanceID={id}", null, 500, "ERR_START_WORKFLOW");
        await RefusedAsync("POST", $"{root}/{id}/purge", null, 500, "ERR_PURGE_WORKFLOW");
        Assert.Equal(202, (await SendAsync("POST", $"{root}/{id}/terminate")).Status);
        await UntilAsync($"{root}/{id}", "TERMINATED");
    }

    [Theory]
    [MemberData(nameof(Prefixes))]
    public async Task E85_errors_have_their_statuses_and_codes(string prefix)
    {
        var root = $"{prefix}/workflows/dapr";
        await RefusedAsync("GET", $"{root}/nobody", null, 404, "ERR_INSTANCE_ID_NOT_FOUND");
        await RefusedAsync("POST", $"{root}/nobody/terminate", null, 404, "ERR_INSTANCE_ID_NOT_FOUND");
        await RefusedAsync("POST", $"{root}/nobody/purge", null, 404, "ERR_INSTANCE_ID_NOT_FOUND");
        await RefusedAsync("POST", $"{root}/nobody/pause", null, 500, "ERR_PAUSE_WORKFLOW");
        await RefusedAsync("POST", $"{root}/nobody/resume", null, 500, "ERR_RESUME_WORKFLOW");
        await RefusedAsync("POST", $"{root}/nobody/raiseEvent/e", null, 500, "ERR_RAISE_EVENT_WORKFLOW");
        await RefusedAsync("POST", $"{root}/W/start?instanceID=a%20b", null, 400, "ERR_INSTANCE_ID_INVALID");
        await RefusedAsync("POST", $"{root}/W/start?instanceID={new string('a', 65)}", null, 400, "ERR_INSTANCE_ID_TOO_LONG");
        await RefusedAsync("POST", $"{root}/nobody/terminate", "{no json", 400, "ERR_MALFORMED_REQUEST");
        await RefusedAsync("POST", $"{root}/nobody/raiseEvent", null, 404, "ERR_DIRECT_INVOKE");
        await RefusedAsync("PATCH", $"{root}/nobody", null, 404, "ERR_DIRECT_INVOKE");
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        _worker!.Disconnect();
        await _dapr!.DisposeAsync();
    }

    private async Task RefusedAsync(string method, string path, string? body, int status, string errorCode)
    {
        var answer = await SendAsync(method, path, body);

        Assert.Equal((status, errorCode), (answer.Status, JsonNode.Parse(answer.Body)!["errorCode"]!.GetValue<string>()));
    }

    private async Task<JsonNode> UntilAsync(string path, string status)
    {
        while (true)
        {
            var (_, body) = await SendAsync("GET", path);
            if (JsonNode.Parse(body)! is var instance && instance["runtimeStatus"]?.GetValue<string>() == status)
            {
                return instance;
            }

            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    private async Task<(int Status, string Body)> SendAsync(string method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(_dapr!.HttpEndpoint, path));
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        using var answer = await _client.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
