using System.Text.Json;
using DeviceFleet.Contracts;
using DeviceFleet.Load.Ingest;
using DeviceFleet.Load.Reports;
using DeviceFleet.Simulator.Provisioning;
using DeviceFleet.Simulator.Tests.Brokers;

namespace DeviceFleet.Load.Tests.Ingest;

public sealed class IngestScenarioTests : IAsyncLifetime
{
    private readonly string _identities = Path.GetTempFileName();
    private TestBroker _broker = null!;

    public async ValueTask InitializeAsync()
    {
        _broker = await TestBroker.StartNewAsync();
        _broker.WriteIdentities(_identities, 13);
    }

    public async ValueTask DisposeAsync()
    {
        await _broker.DisposeAsync();
        File.Delete(_identities);
    }

    [Fact]
    public async Task The_closed_loop_keeps_windows_full_and_every_message_is_a_valid_sample_sent_once()
    {
        var report = await RunAsync(Settings(devices: 10, mode: "closed", window: 4));

        Assert.True(report.Errors.None, string.Join(", ", report.Errors.Examples));
        Assert.InRange(report.Messages!.Value, 1, _broker.Samples.Count());
        Assert.True(report.Latency!.P50 > 0);
        Assert.True(report.Latency.P50 <= report.Latency.P99 && report.Latency.P99 <= report.Latency.Max);
        foreach (var device in _broker.Samples.GroupBy(sample => sample.Client))
        {
            var samples = device.Select(message => JsonSerializer.Deserialize(message.Payload, ContractsJson.Default.TelemetrySample)!).ToList();
            Assert.Equal(Enumerable.Range(0, samples.Count).Select(i => (long?)i), samples.Select(sample => sample.Seq));
            Assert.All(samples, sample => Assert.Equal(6, sample.Metrics.Count));
        }

        Assert.Equal(10, _broker.Samples.Select(sample => sample.Client).Distinct().Count());
    }

    [Fact]
    public async Task The_open_loop_reaches_every_device_and_is_answered()
    {
        var report = await RunAsync(Settings(devices: 5, mode: "open", rate: 200));

        Assert.True(report.Errors.None, string.Join(", ", report.Errors.Examples));
        Assert.True(report.MessagesPerSecond > 0);
        Assert.Equal(5, _broker.Samples.Select(sample => sample.Client).Distinct().Count());
    }

    [Fact]
    public async Task What_a_silent_broker_owes_is_reported_as_unanswered()
    {
        _broker.OnTelemetry = _ => Verdict.Ignore;

        var report = await RunAsync(Settings(devices: 2, mode: "open", rate: 100, drain: "10ms"));

        Assert.Equal(0, report.Messages);
        Assert.True(report.Errors.Unanswered > 0);
        Assert.Null(report.Latency);
    }

    [Fact]
    public async Task Lost_connections_and_refused_ones_are_errors()
    {
        _broker.OnTelemetry = message => message.Client.EndsWith('1') ? Verdict.Drop : Verdict.Acknowledge;
        var lost = await RunAsync(Settings(devices: 2, mode: "closed", window: 1));
        IdentityFile.Write(_identities, IdentityFile.Read(_identities).Select(identity => identity with { Secret = "wrong" }));
        var refused = await RunAsync(Settings(devices: 2, mode: "closed", window: 1));

        Assert.Equal((0, 1), (lost.Errors.ConnectsFailed, lost.Errors.ConnectionsLost));
        Assert.Equal((2 + 3, 0), (refused.Errors.ConnectsFailed, refused.Errors.ConnectionsLost));
        Assert.Contains(refused.Errors.Examples, text => text.Contains("return code 4", StringComparison.Ordinal));
        Assert.Equal(0, refused.Messages);
    }

    [Fact]
    public async Task The_servers_use_is_measured_and_the_report_is_JSON()
    {
        var report = await RunAsync(Settings(devices: 2, mode: "closed", window: 2, serverPid: Environment.ProcessId));

        using var json = JsonDocument.Parse(JsonSerializer.Serialize(report, ReportJson.Default.LoadReport));
        var root = json.RootElement;
        Assert.Equal("ingest", root.GetProperty("scenario").GetString());
        Assert.Equal("closed", root.GetProperty("settings").GetProperty("mode").GetString());
        Assert.True(root.GetProperty("server").GetProperty("cpuUsPerMessage").GetDouble() > 0);
        Assert.True(root.GetProperty("server").GetProperty("rssMiBAfter").GetDouble() > 1);
        Assert.True(root.GetProperty("latency").GetProperty("p99").GetDouble() > 0);
    }

    [Fact]
    public void Too_few_identities_are_a_fault_of_the_arguments()
    {
        Assert.Contains("holds 13 identities; 14 are needed", Settings(devices: 11, mode: "closed").Validate().Message, StringComparison.Ordinal);
        Assert.Contains("give --identities", new IngestSettings().Validate().Message, StringComparison.Ordinal);
    }

    private IngestSettings Settings(
        int devices, string mode, int? window = null, double rate = 100, string drain = "5s", int? serverPid = null) => new()
        {
            Port = _broker.Port,
            IdentitiesFile = _identities,
            Devices = devices,
            Mode = mode,
            Window = window,
            Rate = rate,
            WarmupText = "100ms",
            LengthText = "500ms",
            DrainText = drain,
            IdleConnections = 3,
            ServerPid = serverPid,
        };

    private static async Task<LoadReport> RunAsync(IngestSettings settings)
    {
        Assert.True(settings.Validate().Successful, settings.Validate().Message);
        return await new IngestScenario().RunAsync(settings, TimeProvider.System, _ => { }, CancellationToken.None);
    }
}
