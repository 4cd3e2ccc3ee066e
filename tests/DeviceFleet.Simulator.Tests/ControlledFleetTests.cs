using System.Text.Json;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Simulator.Ledgers;
using DeviceFleet.Simulator.Tests.Brokers;

namespace DeviceFleet.Simulator.Tests;

/// <summary>What devices do with what comes down to them.</summary>
public sealed class ControlledFleetTests : IAsyncLifetime
{
    private static readonly DeviceId Device = DeviceId.Parse("sim-0001");
    private static readonly long Later = TimeProvider.System.GetUtcNow().AddMinutes(5).ToUnixTimeMilliseconds();

    private readonly string _folder = Directory.CreateTempSubdirectory("simulator-").FullName;
    private readonly CancellationTokenSource _stop = new();
    private TestBroker _broker = null!;

    public async ValueTask InitializeAsync() => _broker = await TestBroker.StartNewAsync();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _broker.DisposeAsync();
        _stop.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_device_reports_type_firmware_and_interval_when_it_connects()
    {
        var run = await StartAsync();

        await UntilAsync(MqttTopics.Reported(Device), 1);
        var report = Report(0);
        var summary = await StopAsync(run);

        Assert.Null(report.Version);
        Assert.Equal("pump", report.Patch.GetProperty("deviceType").GetString());
        Assert.Equal("""{"version":"1.0.0","state":"idle","target":null,"rollout":null,"error":null}""", report.Patch.GetProperty("firmware").GetRawText());
        Assert.Equal(0.05, report.Patch.GetProperty("interval").GetDouble());
        Assert.Equal(1, summary.TwinReports);
        Assert.True(summary.IsComplete);
    }

    [Fact]
    public async Task A_desired_interval_changes_the_pace_is_reported_and_asked_after()
    {
        var run = await StartAsync(options => options with { Rate = 0.001 });
        await UntilAsync(MqttTopics.Reported(Device), 1);
        Assert.Empty(_broker.Samples);

        await _broker.SendAsync(MqttTopics.Desired(Device), """{"version":3,"desired":{"interval":0.02},"delta":{"interval":0.02},"reportedVersion":12}""", retain: true);
        await UntilAsync(MqttTopics.TwinGet(Device), 1);
        await _broker.UntilAsync(_ => _broker.Samples.Count() >= 10, "samples at the new pace");

        Assert.Equal(12, Report(1).Version);
        Assert.Equal("""{"interval":0.02}""", Report(1).Patch.GetRawText());
        Assert.Equal(2, (await StopAsync(run)).TwinReports);
    }

    [Fact]
    public async Task A_report_that_came_too_late_is_made_again_from_the_version_that_the_answer_names()
    {
        var run = await StartAsync();
        await _broker.SendAsync(MqttTopics.Desired(Device), """{"version":3,"desired":{"interval":5},"delta":{"interval":5},"reportedVersion":12}""");
        await UntilAsync(MqttTopics.TwinGet(Device), 1);

        await _broker.SendAsync(MqttTopics.Desired(Device), """{"version":3,"desired":{"interval":5},"delta":{"interval":5},"reportedVersion":13}""");
        await UntilAsync(MqttTopics.TwinGet(Device), 2);

        Assert.Equal(13, Report(2).Version);
        await StopAsync(run);
    }

    [Theory]
    [InlineData("identify", "{}", true)]
    [InlineData("set-interval", """{"seconds":0.5}""", true)]
    [InlineData("set-interval", """{"seconds":"often"}""", false)]
    [InlineData("fail", "null", false)]
    [InlineData("dance", "{}", false)]
    public async Task A_command_is_answered(string name, string args, bool ok)
    {
        var run = await StartAsync();

        await SendAsync("c-1", name, args);
        var answer = Answer(await UntilAsync(MqttTopics.CommandResult(Device, "c-1"), 1));

        Assert.Equal(ok, answer.Ok);
        Assert.Equal(ok, answer.Error is null);
        Assert.Equal(1, (await StopAsync(run)).Commands);
    }

    [Fact]
    public async Task A_command_that_comes_again_is_answered_again_and_executed_once()
    {
        var run = await StartAsync();
        await SendAsync("c-1", "identify");
        var first = await UntilAsync(MqttTopics.CommandResult(Device, "c-1"), 1);

        await SendAsync("c-1", "identify");
        var second = (await UntilAsync(MqttTopics.CommandResult(Device, "c-1"), 2));
        var summary = await StopAsync(run);

        Assert.Equal(first.Payload, second.Payload);
        Assert.Equal((1, 1), (summary.Commands, summary.CommandsAgain));
        var executed = Assert.Single(CommandLedger.Read(CommandLedgerPath));
        Assert.Equal((Device, "c-1"), (executed.Device, executed.CommandId));
    }

    [Fact]
    public async Task A_slow_command_is_accepted_first_and_answered_over_the_next_connection_when_the_first_is_cut()
    {
        var run = await StartAsync();

        await SendAsync("c-1", "slow", """{"seconds":0.3}""");
        var accepted = Answer(await UntilAsync(MqttTopics.CommandResult(Device, "c-1"), 1));
        await _broker.CutAsync();
        var done = Answer(await UntilAsync(MqttTopics.CommandResult(Device, "c-1"), 2));

        Assert.Equal((true, null), (accepted.Accepted, accepted.Ok));
        Assert.True(done.Ok);
        var summary = await StopAsync(run);
        Assert.Equal(1, summary.Commands);
        Assert.True(summary.Connects >= 2);
    }

    [Fact]
    public async Task A_command_that_has_expired_is_left()
    {
        var run = await StartAsync();

        await _broker.SendAsync(MqttTopics.Command(Device, "old"), """{"name":"identify","expiresAt":1}""");
        await SendAsync("new", "identify");
        await UntilAsync(MqttTopics.CommandResult(Device, "new"), 1);
        var summary = await StopAsync(run);

        Assert.Equal((1, 1), (summary.Commands, summary.CommandsTooLate));
        Assert.Equal("new", Assert.Single(CommandLedger.Read(CommandLedgerPath)).CommandId);
    }

    [Fact]
    public async Task An_mqtt_5_command_is_answered_where_it_says_with_its_correlation_data()
    {
        var run = await StartAsync();

        await SendAsync("c-1", "identify", responseTopic: "fleet/sim-0001/commands/elsewhere/result", correlation: "7f");
        var answer = await UntilAsync("fleet/sim-0001/commands/elsewhere/result", 1);

        Assert.Equal("7f", answer.Correlation);
        await StopAsync(run);
    }

    [Fact]
    public async Task A_reboot_loses_no_sample_and_comes_back_with_a_higher_boot()
    {
        var run = await StartAsync(options => options with { LedgerPath = Path.Combine(_folder, "ledger.txt") });
        await _broker.UntilAsync(_ => _broker.Samples.Count() >= 5, "samples before");

        await SendAsync("c-1", "reboot");
        await _broker.UntilAsync(_ => Boots().Count == 2 && _broker.Samples.Count() >= 15, "samples of two boots");
        var statuses = _broker.Statuses.Select(message => JsonSerializer.Deserialize(message.Payload, ContractsJson.Default.StatusReport)!).ToList();
        var summary = await StopAsync(run);

        Assert.True(summary.IsComplete, string.Join(", ", summary.Errors));
        Assert.True(Boots()[1] > Boots()[0]);
        Assert.Contains(statuses, status => status is { Online: false, Reason: "rebooting" });
        Assert.Single(_broker.Messages, message => message.Topic == MqttTopics.CommandResult(Device, "c-1"));
        var ledger = Ledger.Read(Path.Combine(_folder, "ledger.txt"));
        Assert.All(ledger.Acked.GroupBy(key => key.Boot), boot => Assert.Equal(boot.Count() - 1, boot.Max(key => key.Seq)));
    }

    [Fact]
    public async Task A_message_that_cannot_be_read_harms_nothing()
    {
        var run = await StartAsync();

        await _broker.SendAsync(MqttTopics.Desired(Device), "{");
        await _broker.SendAsync(MqttTopics.Command(Device, "c-0"), "[]");
        await SendAsync("c-1", "identify");
        await UntilAsync(MqttTopics.CommandResult(Device, "c-1"), 1);

        var summary = await StopAsync(run);
        Assert.Equal(1, summary.Commands);
        Assert.Contains(summary.Errors, error => error.Contains("not understood", StringComparison.Ordinal));
    }

    private string CommandLedgerPath => Path.Combine(_folder, "commands.txt");

    private Task SendAsync(string commandId, string name, string args = "{}", string? responseTopic = null, string? correlation = null) => _broker.SendAsync(
        MqttTopics.Command(Device, commandId), $$"""{"name":"{{name}}","args":{{args}},"expiresAt":{{Later}}}""", retain: false, responseTopic, correlation);

    /// <summary>One device that is connected and has reported.</summary>
    private async Task<Task<SimulatorSummary>> StartAsync(Func<SimulatorOptions, SimulatorOptions>? change = null)
    {
        var options = new SimulatorOptions
        {
            Port = _broker.Port,
            IdentitiesPath = _broker.WriteIdentities(Path.Combine(_folder, "identities.jsonl"), 1),
            Devices = 1,
            Rate = 20,
            CommandLedgerPath = CommandLedgerPath,
            ReconnectDelayFirst = TimeSpan.FromMilliseconds(10),
            ReconnectDelayMax = TimeSpan.FromMilliseconds(100),
            StopTimeout = TimeSpan.FromSeconds(10),
        };
        var run = SimulatedFleet.RunAsync(change?.Invoke(options) ?? options, TimeProvider.System, view: null, _stop.Token);
        await UntilAsync(MqttTopics.Reported(Device), 1);
        return run;
    }

    private async Task<SimulatorSummary> StopAsync(Task<SimulatorSummary> run)
    {
        await _stop.CancelAsync();
        return await run;
    }

    /// <summary>The newest message on a topic, when there are so many.</summary>
    private async Task<Received> UntilAsync(string topic, int count)
    {
        await _broker.UntilAsync(messages => messages.Count(message => message.Topic == topic) >= count, $"{count} on {topic}");
        return On(topic).Last();
    }

    private IEnumerable<Received> On(string topic) => _broker.Messages.Where(message => message.Topic == topic);

    private ReportedPatch Report(int index) =>
        JsonSerializer.Deserialize(On(MqttTopics.Reported(Device)).ElementAt(index).Payload, ContractsJson.Default.ReportedPatch)!;

    private static CommandAnswer Answer(Received message) => JsonSerializer.Deserialize(message.Payload, ContractsJson.Default.CommandAnswer)!;

    private List<long> Boots() =>
        [.. _broker.Samples.Select(message => JsonSerializer.Deserialize(message.Payload, ContractsJson.Default.TelemetrySample)!.Boot!.Value).Distinct()];
}
