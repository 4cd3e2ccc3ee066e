using System.Text.Json;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Simulator.Ledgers;
using DeviceFleet.Simulator.Provisioning;
using DeviceFleet.Simulator.Tests.Brokers;

namespace DeviceFleet.Simulator.Tests;

public sealed class SimulatedFleetTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("simulator-").FullName;
    private readonly CancellationTokenSource _stop = new();
    private TestBroker _broker = null!;

    private string IdentitiesPath => Path.Combine(_folder, "identities.jsonl");

    private string LedgerPath => Path.Combine(_folder, "ledger.txt");

    public async ValueTask InitializeAsync() => _broker = await TestBroker.StartNewAsync();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _broker.DisposeAsync();
        _stop.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(MqttVersion.V5)]
    [InlineData(MqttVersion.V311)]
    public async Task Every_sample_is_acknowledged_and_ledger_summary_and_broker_agree(MqttVersion mqtt)
    {
        var run = Run(Options() with { Devices = 8, Rate = 50, Mqtt = mqtt });

        await _broker.UntilAsync(_ => _broker.Samples.Count() >= 100, "100 samples");
        var summary = await StopAsync(run);

        var ledger = Ledger.Read(LedgerPath);
        var received = _broker.Samples.Select(KeyOf).ToHashSet();
        Assert.True(summary.IsComplete, string.Join(", ", summary.Errors));
        Assert.Equal(0, summary.ExitCode);
        Assert.Equal(summary.Sent, ledger.Sent.Count);
        Assert.Equal(summary.Acknowledged, ledger.Acked.Count);
        Assert.True(received.SetEquals(ledger.Acked));
        Assert.Equal(8, received.Select(key => key.Device).Distinct().Count());
        Assert.Equal(8, summary.Connects);
        Assert.True(summary.Latency.P50 > 0);
    }

    [Fact]
    public async Task A_sample_whose_connection_ends_before_its_acknowledgement_goes_out_again_under_the_same_identity()
    {
        var drops = 2;
        _broker.OnTelemetry = _ => Interlocked.Decrement(ref drops) >= 0 ? Verdict.Drop : Verdict.Acknowledge;
        var run = Run(Options() with { Devices = 1, Rate = 20, InFlightMax = 4 });

        await _broker.UntilAsync(_ => _broker.Samples.Count() >= 20, "20 samples");
        var summary = await StopAsync(run);

        var keys = _broker.Samples.Select(KeyOf).ToList();
        Assert.True(summary.IsComplete, string.Join(", ", summary.Errors));
        Assert.True(summary.Resent >= 2);
        Assert.True(summary.Connects >= 3);
        Assert.Equal(keys[0], keys[1]);
        Assert.Equal(keys[0], keys[2]);
        Assert.Equal(Enumerable.Range(0, keys.Count - 2).Select(i => (long)i), keys.Skip(2).Select(key => key.Seq));
        Assert.Single(keys.Select(key => key.Boot).Distinct());
    }

    [Fact]
    public async Task A_server_that_goes_and_comes_back_costs_no_sample()
    {
        var run = Run(Options() with { Devices = 10, Rate = 40 });
        await _broker.UntilAsync(_ => _broker.Samples.Count() >= 60, "60 samples before the stop");

        await _broker.StopAsync();
        var before = _broker.Samples.Count();
        await _broker.StartAsync();
        await _broker.UntilAsync(_ => _broker.Samples.Skip(before).Select(message => message.Client).Distinct().Count() == 10, "samples of all after the start");
        var summary = await StopAsync(run);

        var ledger = Ledger.Read(LedgerPath);
        Assert.True(summary.IsComplete, string.Join(", ", summary.Errors));
        Assert.True(summary.Connects >= 20);
        Assert.True(_broker.Samples.Select(KeyOf).ToHashSet().SetEquals(ledger.Acked));
        Assert.All(ledger.Acked.GroupBy(key => key.Device), device => Assert.Equal(device.Count() - 1, device.Max(key => key.Seq)));
    }

    [Fact]
    public async Task A_stop_ends_with_the_devices_own_word_and_no_last_will()
    {
        var run = Run(Options() with { Devices = 2, Rate = 20 });
        await _broker.UntilAsync(_ => _broker.Samples.Select(message => message.Client).Distinct().Count() == 2, "samples of both");

        await StopAsync(run);

        foreach (var device in _broker.Messages.GroupBy(message => message.Client))
        {
            var statuses = device.Where(message => message.Topic.EndsWith("/status", StringComparison.Ordinal)).ToList();
            Assert.Equal(2, statuses.Count);
            Assert.All(statuses, status => Assert.True(status.Retain));
            Assert.Same(statuses[0], device.First());
            Assert.Same(statuses[1], device.Last());
            Assert.True(Parse(statuses[0]).Online);
            Assert.Equal((false, "stopped"), (Parse(statuses[1]).Online, Parse(statuses[1]).Reason));
            Assert.Equal(Parse(statuses[0]).Boot, Parse(statuses[1]).Boot);
            Assert.DoesNotContain("receivedAt", statuses[0].Payload);
        }
    }

    [Fact]
    public async Task A_lost_connection_leaves_the_last_will()
    {
        _broker.OnTelemetry = _ => Verdict.Drop;
        var run = Run(Options() with { Devices = 1, Rate = 20 });

        await _broker.UntilAsync(
            _ => _broker.Statuses.Any(status => Parse(status) is { Online: false, Reason: "connection lost" }), "the last will");
        _broker.OnTelemetry = _ => Verdict.Acknowledge;

        Assert.True((await StopAsync(run)).IsComplete);
    }

    [Fact]
    public async Task Wrong_secrets_end_the_run_by_themselves_and_say_why()
    {
        var options = Options() with { Devices = 3 };
        IdentityFile.Write(IdentitiesPath, IdentityFile.Read(IdentitiesPath).Select(identity => identity with { Secret = "wrong" }));

        var summary = await Run(options);

        Assert.Equal(3, summary.DevicesRefused);
        Assert.Equal(0, summary.Sent);
        Assert.Equal(2, summary.ExitCode);
        Assert.Contains(summary.Errors, error => error.Contains("BadUserNameOrPassword", StringComparison.Ordinal));
        Assert.Empty(_broker.Messages);
    }

    [Fact]
    public async Task Without_an_identity_and_without_an_enrolment_a_device_gives_up()
    {
        var summary = await Run(Options() with { Devices = 2, Prefix = "other-" });

        Assert.Equal((2, 2, 0), (summary.DevicesRefused, summary.DevicesWithoutIdentity, summary.Connects));
        Assert.Contains(summary.Errors, error => error.Contains("no identity for other-0001", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_refusing_acknowledgement_is_a_failure_and_the_sample_is_not_sent_again()
    {
        _broker.OnTelemetry = message => KeyOf(message).Seq == 3 ? Verdict.Refuse : Verdict.Acknowledge;
        var run = Run(Options() with { Devices = 1, Rate = 50 });

        await _broker.UntilAsync(_ => _broker.Samples.Count() >= 10, "10 samples");
        var summary = await StopAsync(run);

        var ledger = Ledger.Read(LedgerPath);
        Assert.Equal((1, 0), (summary.Failed, summary.Resent));
        Assert.Equal(summary.Sent, summary.Acknowledged + summary.Failed + summary.Pending);
        Assert.Equal(2, summary.ExitCode);
        Assert.Equal(3, Assert.Single(ledger.Failed).Seq);
        Assert.DoesNotContain(ledger.Failed.Single(), ledger.Acked);
    }

    [Fact]
    public async Task A_broker_that_stays_silent_is_left_for_a_new_connection()
    {
        var silent = 1;
        _broker.OnTelemetry = _ => Interlocked.Decrement(ref silent) >= 0 ? Verdict.Ignore : Verdict.Acknowledge;
        var run = Run(Options() with { Devices = 1, Rate = 20, AckTimeout = TimeSpan.FromMilliseconds(100) });

        await _broker.UntilAsync(_ => _broker.Samples.Count(message => KeyOf(message).Seq == 0) == 2, "the first sample again");
        var summary = await StopAsync(run);

        Assert.True(summary.IsComplete, string.Join(", ", summary.Errors));
        Assert.Contains(summary.Errors, error => error.Contains("no acknowledgement in time", StringComparison.Ordinal));
    }

    [Fact]
    public async Task With_nobody_to_send_to_a_device_keeps_what_it_has_room_for_and_counts_the_rest()
    {
        await _broker.StopAsync();

        var summary = await Run(Options() with
        {
            Devices = 2, Rate = 200, BufferedSamplesMax = 5, Duration = TimeSpan.FromMilliseconds(300), DrainTimeout = TimeSpan.FromMilliseconds(1),
        });

        Assert.Equal((0, 10), (summary.Sent, summary.Unsent));
        Assert.True(summary.Skipped > 0);
        Assert.Equal(2, summary.ExitCode);
        Assert.NotEmpty(summary.Errors);
    }

    [Fact]
    public async Task After_its_duration_a_run_waits_for_what_is_outstanding()
    {
        var summary = await Run(Options() with { Devices = 4, Rate = 100, Duration = TimeSpan.FromMilliseconds(500) });

        Assert.True(summary.Sent > 0);
        Assert.True(summary.IsComplete, string.Join(", ", summary.Errors));
    }

    [Fact]
    public async Task Silent_devices_connect_and_send_nothing()
    {
        var run = Run(Options() with { Devices = 50, Rate = 0 });
        await _broker.UntilAsync(_ => _broker.Statuses.Select(message => message.Client).Distinct().Count() == 50, "50 devices");

        var summary = await StopAsync(run);

        Assert.Equal((50, 0), (summary.Connects, summary.Sent));
        Assert.True(summary.IsComplete);
    }

    [Fact]
    public async Task Faulty_options_are_told_all_at_once()
    {
        var options = Options() with { Devices = 0, Port = 0, Profile = "toaster", Prefix = "/" };

        var fault = await Assert.ThrowsAsync<ArgumentException>(() => Run(options));

        Assert.All(["devices", "port", "profile", "prefix"], word => Assert.Contains(word, fault.Message, StringComparison.Ordinal));
    }

    private SimulatorOptions Options() => new()
    {
        Port = _broker.Port,
        IdentitiesPath = _broker.WriteIdentities(IdentitiesPath, 50),
        LedgerPath = LedgerPath,
        ReconnectDelayFirst = TimeSpan.FromMilliseconds(10),
        ReconnectDelayMax = TimeSpan.FromMilliseconds(100),
        StopTimeout = TimeSpan.FromSeconds(10),
    };

    private Task<SimulatorSummary> Run(SimulatorOptions options) => SimulatedFleet.RunAsync(options, TimeProvider.System, view: null, _stop.Token);

    private async Task<SimulatorSummary> StopAsync(Task<SimulatorSummary> run)
    {
        await _stop.CancelAsync();
        return await run;
    }

    private static SampleKey KeyOf(Received message)
    {
        var sample = JsonSerializer.Deserialize(message.Payload, ContractsJson.Default.TelemetrySample)!;
        Assert.NotNull(sample.Ts);
        Assert.InRange(sample.Metrics.Count, 1, 64);
        return new SampleKey(DeviceId.Parse(message.Client), sample.Boot!.Value, sample.Seq!.Value);
    }

    private static StatusReport Parse(Received message) => JsonSerializer.Deserialize(message.Payload, ContractsJson.Default.StatusReport)!;
}
