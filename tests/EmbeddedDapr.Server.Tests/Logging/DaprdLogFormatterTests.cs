using System.Text.Json;
using EmbeddedDapr.Server.Logging;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace EmbeddedDapr.Server.Tests.Logging;

public sealed class DaprdLogFormatterTests
{
    private static readonly FakeTimeProvider Time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    [Fact]
    public void Text_has_daprds_fields_on_one_line() => Assert.Equal(
        """time="2026-01-02T03:04:05.0000000Z" level=warning msg="a \"quoted\"\nline" app_id=app instance=host scope=dapr.runtime.actor type=log ver=1.2.3""" + "\n",
        Write(asJson: false, LogLevel.Warning, "EmbeddedDapr.Actors.ActorRuntime", "a \"quoted\"\nline"));

    [Fact]
    public void Json_has_them_as_members()
    {
        using var document = JsonDocument.Parse(Write(asJson: true, LogLevel.Critical, "EmbeddedDapr.Runtime.Sidecar", "said", new InvalidOperationException("why")));

        var members = document.RootElement.EnumerateObject().ToDictionary(member => member.Name, member => member.Value.GetString());
        Assert.Equal(["app_id", "error", "instance", "level", "msg", "scope", "time", "type", "ver"], members.Keys);
        Assert.Equal(("fatal", "said", "dapr.runtime"), (members["level"], members["msg"], members["scope"]));
        Assert.Contains("why", members["error"], StringComparison.Ordinal);
    }

    private static string Write(bool asJson, LogLevel level, string category, string message, Exception? exception = null)
    {
        using var text = new StringWriter();
        new DaprdLogFormatter(asJson, "app", "host", "1.2.3", Time).Write(new LogEntry<string>(level, category, 1, message, exception, static (state, _) => state), null, text);
        return text.ToString();
    }
}
