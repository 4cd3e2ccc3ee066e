using System.Text.Json;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Contracts.Rollouts;
using DeviceFleet.Simulator.Firmware;
using DeviceFleet.Simulator.Tests.Brokers;

namespace DeviceFleet.Simulator.Tests.Firmware;

/// <summary>What a device does with an order of firmware.</summary>
public sealed class FirmwareFleetTests : IAsyncLifetime
{
    private static readonly DeviceId Device = DeviceId.Parse("sim-0001");

    private readonly string _folder = Directory.CreateTempSubdirectory("firmware-").FullName;
    private readonly CancellationTokenSource _stop = new();
    private readonly TestGateway _gateway = new();
    private TestBroker _broker = null!;
    private int _version;

    public async ValueTask InitializeAsync() => _broker = await TestBroker.StartNewAsync();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _broker.DisposeAsync();
        await _gateway.DisposeAsync();
        _stop.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task An_update_is_downloaded_verified_installed_and_runs_after_a_reboot()
    {
        var run = await StartAsync();
        var order = _gateway.Release("2.0.0", "pump");

        await OrderAsync(order);
        await ReportedAsync("installed");
        var summary = await StopAsync(run);

        Assert.Equal(["idle", "downloading", "verifying", "installing", "installed"], Reports().Select(report => report.State).Distinct());
        Assert.All(Reports().Where(report => report.State != "installed"), report => Assert.Equal("1.0.0", report.Version));
        Assert.Equal(new FirmwareReport { Version = "2.0.0", State = "installed", Target = "2.0.0", Rollout = "rollout-1" }, Reports().Last());
        Assert.Equal(["sim-0001:secret of sim-0001"], _gateway.Logins);
        Assert.Contains(_broker.Statuses, status => status.Payload.Contains("rebooting", StringComparison.Ordinal));
        Assert.Equal(2, _broker.Statuses.Select(status => JsonSerializer.Deserialize(status.Payload, ContractsJson.Default.StatusReport)!.Boot).Distinct().Count());
        Assert.True(summary.IsComplete, string.Join(", ", summary.Errors));
    }

    [Fact]
    public async Task The_same_order_again_is_not_begun_again_and_a_newer_one_is()
    {
        var run = await StartAsync();
        var order = _gateway.Release("2.0.0");
        await OrderAsync(order);
        await ReportedAsync("installed");

        await OrderAsync(order);
        await OrderAsync(_gateway.Release("2.1.0"));
        await _broker.UntilAsync(_ => Reports().Any(report => report is { State: "installed", Version: "2.1.0" }), "2.1.0");

        Assert.Equal(2, _gateway.Logins.Count);
        await StopAsync(run);
    }

    [Fact]
    public async Task What_runs_already_is_said_to_be_installed()
    {
        var run = await StartAsync();

        await OrderAsync(_gateway.Release("1.0.0"));
        var report = await ReportedAsync("installed");

        Assert.Equal("rollout-1", report.Rollout);
        Assert.Empty(_gateway.Logins);
        Assert.Equal(1, (await StopAsync(run)).Connects);
    }

    [Fact]
    public async Task Wrong_signatures_older_versions_and_other_types_are_refused_before_a_byte_is_fetched()
    {
        var run = await StartAsync();
        var order = _gateway.Release("2.0.0");

        await OrderAsync(order with { Signature = Convert.ToBase64String(new byte[64]) });
        Assert.Equal("wrong signature", (await ReportedAsync("refused", 1)).Error);
        await OrderAsync(_gateway.Release("0.9.0"));
        Assert.Equal("older than 1.0.0", (await ReportedAsync("refused", 2)).Error);
        await OrderAsync(_gateway.Release("2.0.0", "meter"));
        Assert.Equal("for devices of type meter", (await ReportedAsync("refused", 3)).Error);

        Assert.All(Reports(), report => Assert.Equal("1.0.0", report.Version));
        Assert.Empty(_gateway.Logins);
        await StopAsync(run);
    }

    [Fact]
    public async Task A_rollback_installs_an_older_version()
    {
        var run = await StartAsync();

        await OrderAsync(_gateway.Release("0.9.0") with { MayBeOlder = true });

        Assert.Equal("0.9.0", (await ReportedAsync("installed")).Version);
        await StopAsync(run);
    }

    [Fact]
    public async Task A_device_that_fails_says_so_and_runs_what_it_ran()
    {
        var run = await StartAsync(firmware => firmware with { FailPercent = 100 });

        await OrderAsync(_gateway.Release("2.0.0"));
        var report = await ReportedAsync("failed");

        Assert.Equal(("1.0.0", "2.0.0", "the installation failed"), (report.Version, report.Target, report.Error));
        Assert.Contains(Reports(), earlier => earlier.State == "installing");
        Assert.Equal(1, (await StopAsync(run)).Connects);
    }

    [Fact]
    public async Task A_device_that_lies_says_that_it_did_it_and_runs_what_it_ran()
    {
        var run = await StartAsync(firmware => firmware with { LiePercent = 100 });

        await OrderAsync(_gateway.Release("2.0.0"));
        var report = await ReportedAsync("installed");

        Assert.Equal(("1.0.0", "2.0.0"), (report.Version, report.Target));
        await StopAsync(run);
    }

    [Fact]
    public async Task An_image_that_is_not_what_was_signed_is_not_installed()
    {
        var run = await StartAsync();
        var (changed, cut, longer) = (_gateway.Release("2.0.0"), _gateway.Release("2.0.1"), _gateway.Release("2.0.2"));
        _gateway.Spoil(changed, image => [.. image[..^1], (byte)~image[^1]]);
        _gateway.Spoil(cut, image => image[..^1]);
        _gateway.Spoil(longer, image => [.. image, 0]);

        await OrderAsync(changed);
        Assert.Equal("wrong SHA-256", (await ReportedAsync("failed", 1)).Error);
        await OrderAsync(cut);
        Assert.Equal("wrong size", (await ReportedAsync("failed", 2)).Error);
        await OrderAsync(longer);
        Assert.Equal("wrong size", (await ReportedAsync("failed", 3)).Error);
        await StopAsync(run);
    }

    [Fact]
    public async Task A_gateway_that_is_busy_is_asked_again_and_one_that_says_no_is_not()
    {
        var run = await StartAsync();
        _gateway.Status = request => request switch { 1 => 503, 2 => 200, _ => 401 };

        await OrderAsync(_gateway.Release("2.0.0"));
        await ReportedAsync("installed");
        await OrderAsync(_gateway.Release("2.1.0"));
        var report = await ReportedAsync("failed");

        Assert.Equal("download: answered 401", report.Error);
        Assert.Equal(3, _gateway.Logins.Count);
        await StopAsync(run);
    }

    [Fact]
    public async Task A_newer_order_takes_the_place_of_one_that_is_not_installed_yet()
    {
        var run = await StartAsync(firmware => firmware with { InstallTime = TimeSpan.FromMinutes(30) });
        await OrderAsync(_gateway.Release("2.0.0"));
        await ReportedAsync("installing");

        await OrderAsync(_gateway.Release("1.0.0") with { MayBeOlder = true, Rollout = "rollback" });
        var report = await ReportedAsync("installed");

        Assert.Equal(("1.0.0", "1.0.0", "rollback"), (report.Version, report.Target, report.Rollout));
        await StopAsync(run);
    }

    [Fact]
    public async Task What_is_installed_outlasts_the_simulator_in_its_file()
    {
        var run = await StartAsync();
        await OrderAsync(_gateway.Release("2.0.0"));
        await ReportedAsync("installed");
        await StopAsync(run);

        using var store = FirmwareStore.Open(StatePath);

        Assert.Equal("2.0.0", store.Find("sim-0001"));
    }

    [Fact]
    public async Task Without_an_address_there_is_nothing_to_install()
    {
        var run = await StartAsync(firmware => firmware with { Url = null });

        await OrderAsync(_gateway.Release("2.0.0"));

        Assert.Equal("no address to download from", (await ReportedAsync("failed")).Error);
        await StopAsync(run);
    }

    private string StatePath => Path.Combine(_folder, "firmware.jsonl");

    private async Task<Task<SimulatorSummary>> StartAsync(Func<SimulatorFirmware, SimulatorFirmware>? change = null)
    {
        var firmware = new SimulatorFirmware { Url = _gateway.Url, InstallTime = TimeSpan.FromMilliseconds(10), StatePath = StatePath };
        var run = SimulatedFleet.RunAsync(
            new SimulatorOptions
            {
                Port = _broker.Port,
                IdentitiesPath = _broker.WriteIdentities(Path.Combine(_folder, "identities.jsonl"), 1, firmwareKey: _gateway.FirmwareKey),
                Firmware = change?.Invoke(firmware) ?? firmware,
                Devices = 1,
                Rate = 20,
                ReconnectDelayFirst = TimeSpan.FromMilliseconds(10),
                ReconnectDelayMax = TimeSpan.FromMilliseconds(100),
                StopTimeout = TimeSpan.FromSeconds(10),
            },
            TimeProvider.System,
            view: null,
            _stop.Token);
        await ReportedAsync("idle");
        return run;
    }

    private Task OrderAsync(FirmwareOrder order) => _broker.SendAsync(
        MqttTopics.Desired(Device),
        $$"""{"version":{{++_version}},"desired":{"firmware":{{JsonSerializer.Serialize(order, ContractsJson.Default.FirmwareOrder)}}},"delta":{},"reportedVersion":1}""",
        retain: true);

    /// <summary>The newest report of a state, when there are so many different ones.</summary>
    private async Task<FirmwareReport> ReportedAsync(string state, int count = 1)
    {
        await _broker.UntilAsync(_ => Reports().Where(report => report.State == state).Distinct().Count() >= count, $"{count} reports of {state}");
        return Reports().Last(report => report.State == state);
    }

    private IEnumerable<FirmwareReport> Reports() => _broker.Messages
        .Where(message => message.Topic == MqttTopics.Reported(Device))
        .Select(message => JsonSerializer.Deserialize(message.Payload, ContractsJson.Default.ReportedPatch)!.Patch)
        .Where(patch => patch.TryGetProperty("firmware", out _))
        .Select(patch => JsonSerializer.Deserialize(patch.GetProperty("firmware"), ContractsJson.Default.FirmwareReport)!);

    private async Task<SimulatorSummary> StopAsync(Task<SimulatorSummary> run)
    {
        await _stop.CancelAsync();
        return await run;
    }
}
