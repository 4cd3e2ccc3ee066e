using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using EmbeddedDapr.Server.Tests.Apps;

namespace EmbeddedDapr.Server.Tests.Http;

/// <summary>The prefix <c>/v1.0-embedded</c> over a socket.</summary>
public sealed class EmbeddedRoutesTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_prefix_lists_actors_timers_reminders_and_slow_turns()
    {
        await using var app = await AppHarness.StartAsync(inProcess: true);
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{app.Host.HttpPort}") };
        foreach (var id in new[] { "a", "b%20c" })
        {
            using var call = await http.PutAsync($"/v1.0/actors/Counter/{id}/method/Get", content: null, Cancelled);
            Assert.True(call.IsSuccessStatusCode);
        }

        await RegisterAsync("timers/t", """{"dueTime":"1h","period":"R3/PT5S","callback":"cb"}""");
        await RegisterAsync("reminders/r", """{"dueTime":"1h","period":"1m"}""");

        Assert.Equal("""{"types":[{"type":"Counter","active":2,"waiting":0}]}""", await GetAsync("actors"));
        Assert.Equal("""{"next":"a","actors":[{"id":"a","waiting":0}]}""", await GetAsync("actors/Counter?limit=1"));
        Assert.Equal("""{"actors":[{"id":"b c","waiting":0}]}""", await GetAsync("actors/Counter?limit=1&after=a"));
        Assert.Equal("""{"id":"b c","waiting":0}""", await GetAsync("actors/Counter/b%20c"));
        Assert.Equal(
            """{"timers":[{"name":"t","dueTime":"1h","period":"R3/PT5S","callback":"cb","nextDue":"2030-01-01T01:00:00+00:00","remaining":3}]}""",
            await GetAsync("actors/Counter/a/timers"));
        Assert.Equal(
            """{"reminders":[{"name":"r","dueTime":"1h","period":"1m","nextDue":"2030-01-01T01:00:00+00:00","failedTries":0}]}""",
            await GetAsync("actors/Counter/a/reminders"));
        Assert.Equal("""{"threshold":"10s","turns":[]}""", await GetAsync("slow-turns"));

        Assert.Equal("404 ERR_ACTOR_TYPE_NOT_HOSTED", await FaultAsync("actors/Other"));
        Assert.Equal("404 ERR_ACTOR_NOT_ACTIVE", await FaultAsync("actors/Counter/nobody"));
        Assert.Equal("400 ERR_BAD_REQUEST", await FaultAsync("actors/Counter?limit=many"));
        Assert.Equal("404 ERR_DIRECT_INVOKE", await FaultAsync("actors/Counter/a/unknown"));

        async Task RegisterAsync(string path, string json)
        {
            using var content = new StringContent(json, Encoding.UTF8, "application/json");
            using var response = await http.PutAsync($"/v1.0/actors/Counter/a/{path}", content, Cancelled);
            Assert.True(response.IsSuccessStatusCode);
        }

        Task<string> GetAsync(string path) => http.GetStringAsync($"/v1.0-embedded/{path}", Cancelled);

        async Task<string> FaultAsync(string path)
        {
            using var response = await http.GetAsync($"/v1.0-embedded/{path}", Cancelled);
            return $"{(int)response.StatusCode} {(await response.Content.ReadFromJsonAsync<JsonElement>(Cancelled)).GetProperty("errorCode")}";
        }
    }
}
