using DeviceFleet.Contracts.Devices;
using DeviceFleet.Load.Provision;
using DeviceFleet.Load.Reports;
using DeviceFleet.Simulator.Provisioning;
using DeviceFleet.Simulator.Tests.Brokers;

namespace DeviceFleet.Load.Tests.Provision;

public sealed class ProvisionScenarioTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("provision-").FullName;
    private TestBroker _broker = null!;

    private string IdentitiesPath => Path.Combine(_folder, "identities.jsonl");

    public async ValueTask InitializeAsync() => _broker = await TestBroker.StartNewAsync();

    public async ValueTask DisposeAsync()
    {
        await _broker.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Every_device_gets_an_identity_connects_with_it_and_is_in_the_file()
    {
        var report = await RunAsync(30);

        Assert.True(report.Errors.None, string.Join(", ", report.Errors.Examples));
        Assert.Equal((30, 30, 30), (report.Provisioning!.Devices, report.Provisioning.Connected, report.Provisioning.Claims));
        Assert.InRange(report.Provisioning.UntilIssued!.P50, 0.001, report.Latency!.Max);
        Assert.Equal(30, IdentityFile.ReadLatest(IdentitiesPath).Count);
        Assert.Equal(60, _broker.Statuses.Count());
        Assert.Empty(_broker.Breaches);
    }

    [Fact]
    public async Task A_second_run_provisions_only_those_that_the_file_does_not_know()
    {
        await RunAsync(3);

        var report = await RunAsync(5);

        Assert.Equal((2, 2), (report.Provisioning!.Devices, report.Provisioning.Connected));
        Assert.Equal(5, _broker.Provisioner.Claims.Count);
    }

    [Fact]
    public async Task Waiting_and_lost_answers_are_asked_after_and_refusals_are_told()
    {
        _broker.Provisioner.OnClaim = (claim, before) => (claim.HardwareId, before) switch
        {
            ("load-00001", 0) => [],
            ("load-00002", 0) => [TestProvisioner.Pending(claim, retryAfterMs: 10)],
            ("load-00003", 0) => [TestProvisioner.Refuse(claim, RejectionReasons.TooManyClaims, retryAfterMs: 10)],
            ("load-00004", _) => [TestProvisioner.Refuse(claim, RejectionReasons.Denied)],
            _ => null,
        };

        var report = await RunAsync(5);

        Assert.Equal((5, 4, 1), (report.Provisioning!.Devices, report.Provisioning.Connected, report.Provisioning.Pending));
        Assert.Equal((1, 0), (report.Errors.Refused, report.Errors.Unanswered));
        Assert.Contains("denied", Assert.Single(report.Errors.Examples), StringComparison.Ordinal);
        Assert.False(report.Errors.None);
    }

    [Fact]
    public async Task A_device_that_nobody_answers_fails_in_time()
    {
        _broker.Provisioner.OnClaim = (_, _) => [];

        var report = await RunAsync(2, timeout: "300ms");

        Assert.Equal((0, 2), (report.Provisioning!.Connected, report.Errors.Unanswered));
        Assert.Null(report.Latency);
    }

    [Fact]
    public void Faults_are_told_together()
    {
        var message = new ProvisionSettings { Devices = 0, Enrolment = "a/b", EnrolmentKeyFile = Path.Combine(_folder, "none") }.Validate().Message;

        Assert.All(["--identities", "devices", "--enrolment", "does not exist"], word => Assert.Contains(word, message, StringComparison.Ordinal));
    }

    private async Task<LoadReport> RunAsync(int devices, string timeout = "20s")
    {
        var keyFile = Path.Combine(_folder, "key");
        await File.WriteAllTextAsync(keyFile, Convert.ToBase64String(TestProvisioner.Key));
        var settings = new ProvisionSettings
        {
            Port = _broker.Port, IdentitiesFile = IdentitiesPath, Devices = devices, Rate = 200, Enrolment = TestProvisioner.EnrolmentId, EnrolmentKeyFile = keyFile,
            TimeoutText = timeout, AskAgainText = "100ms",
        };
        Assert.True(settings.Validate().Successful, settings.Validate().Message);
        return await new ProvisionScenario().RunAsync(settings, TimeProvider.System, _ => { }, CancellationToken.None);
    }
}
