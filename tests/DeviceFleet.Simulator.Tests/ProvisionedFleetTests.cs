using System.Collections.Concurrent;
using System.Text.Json;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Simulator.Provisioning;
using DeviceFleet.Simulator.Tests.Brokers;

namespace DeviceFleet.Simulator.Tests;

/// <summary>How devices come by an identity, keep it, and change its credential.</summary>
public sealed class ProvisionedFleetTests : IAsyncLifetime
{
    private static readonly DeviceId Device = DeviceId.Parse("dev-sim-0001");
    private static readonly long Later = TimeProvider.System.GetUtcNow().AddMinutes(5).ToUnixTimeMilliseconds();

    private readonly string _folder = Directory.CreateTempSubdirectory("provisioned-").FullName;
    private readonly CancellationTokenSource _stop = new();
    private TestBroker _broker = null!;

    private string IdentitiesPath => Path.Combine(_folder, "identities.jsonl");

    private TestProvisioner Provisioner => _broker.Provisioner;

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
    public async Task Devices_without_identity_get_one_keep_it_and_only_then_connect_with_it(MqttVersion mqtt)
    {
        var unknown = new ConcurrentQueue<DeviceId>();
        _broker.OnAdmitted = id =>
        {
            if (IdentityFile.Read(IdentitiesPath).All(identity => identity.DeviceId != id))
            {
                unknown.Enqueue(id);
            }
        };
        var run = Run(Options() with { Devices = 20, Rate = 20, Mqtt = mqtt });

        await SampledAsync(20);
        var summary = await StopAsync(run);

        Assert.True(summary.IsComplete, string.Join(", ", summary.Errors));
        Assert.Equal((20, 20, 0, 0), (summary.Provisioned, summary.Claims, summary.ProvisionedAnew, summary.ClaimsRefused));
        Assert.InRange(summary.ProvisioningLatency.P50, 0.001, summary.ProvisioningLatency.P99);
        Assert.Empty(unknown);
        Assert.Empty(_broker.Breaches);
        Assert.Equal(20, IdentityFile.ReadLatest(IdentitiesPath).Count);
        Assert.All(_broker.Samples, sample => Assert.StartsWith("dev-sim-", sample.Client, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_next_run_connects_with_what_the_first_one_kept()
    {
        var first = Run(Options() with { Devices = 3 });
        await SampledAsync(3);
        await StopAsync(first);

        using var stop = new CancellationTokenSource();
        var second = SimulatedFleet.RunAsync(Options() with { Devices = 4 }, TimeProvider.System, view: null, stop.Token);
        await SampledAsync(4);
        await stop.CancelAsync();
        var summary = await second;

        Assert.True(summary.IsComplete, string.Join(", ", summary.Errors));
        Assert.Equal(1, summary.Provisioned);
        Assert.Equal(4, Provisioner.Claims.Count);
    }

    [Fact]
    public async Task A_lost_answer_is_asked_for_again_with_another_nonce()
    {
        Provisioner.OnClaim = (claim, before) =>
        {
            if (before < 2)
            {
                Provisioner.Answer(claim); // done, and nobody hears of it
                return [];
            }

            return null;
        };
        var run = Run(Options());

        await SampledAsync(1);
        var summary = await StopAsync(run);

        Assert.True(summary.IsComplete, string.Join(", ", summary.Errors));
        Assert.Equal((1, 3), (summary.Provisioned, summary.Claims));
        Assert.Equal(3, Provisioner.Claims.Select(claim => claim.Nonce).Distinct().Count());
        Assert.Equal("cr-1", IdentityFile.ReadLatest(IdentitiesPath)["sim-0001"].CredentialId);
    }

    [Fact]
    public async Task An_answer_that_comes_by_itself_after_pending_is_taken()
    {
        Provisioner.OnClaim = (claim, _) => [TestProvisioner.Pending(claim, retryAfterMs: 3_600_000)];
        var run = Run(Options());
        await _broker.UntilAsync(messages => messages.Any(message => message.Topic.EndsWith("/response", StringComparison.Ordinal)), "pending");

        var claim = Assert.Single(Provisioner.Claims);
        var topic = _broker.Messages.Single(message => message.Topic.EndsWith("/response", StringComparison.Ordinal)).Topic;
        await _broker.SendAsync(topic, JsonSerializer.Serialize(Provisioner.Answer(claim) with { Nonce = "of nobody's claim" }, ContractsJson.Default.ProvisionAnswer));
        await _broker.SendAsync(topic, "{");
        Assert.False(File.Exists(IdentitiesPath) && IdentityFile.Read(IdentitiesPath).Count > 0);
        await _broker.SendAsync(topic, JsonSerializer.Serialize(new ProvisionAnswer
        {
            Nonce = claim.Nonce, Status = ClaimStatus.Issued, DeviceId = Device, CredentialId = "cr-1", Secret = "secret-1",
        }, ContractsJson.Default.ProvisionAnswer));
        await SampledAsync(1);

        var summary = await StopAsync(run);
        Assert.Equal((1, 1), (summary.Provisioned, summary.Claims));
        Assert.Contains("an answer to a claim that was not made", summary.Errors);
    }

    [Fact]
    public async Task Pending_and_refusals_that_pass_are_asked_after()
    {
        Provisioner.OnClaim = (claim, before) => before switch
        {
            0 => [TestProvisioner.Pending(claim, retryAfterMs: 10)],
            1 => [TestProvisioner.Pending(claim)],
            2 => [TestProvisioner.Refuse(claim, RejectionReasons.TooManyClaims, retryAfterMs: 20)],
            3 => [TestProvisioner.Refuse(claim, RejectionReasons.ClaimReplayed)],
            _ => null,
        };
        var run = Run(Options());

        await SampledAsync(1);
        var summary = await StopAsync(run);

        Assert.True(summary.IsComplete, string.Join(", ", summary.Errors));
        Assert.Equal((1, 5, 2), (summary.Provisioned, summary.Claims, summary.ClaimsRefused));
    }

    [Fact]
    public async Task A_wrong_proof_ends_the_run_by_itself()
    {
        var options = Options();
        var summary = await Run(options with { Devices = 3, Provisioning = options.Provisioning! with { Key = new byte[32] } });

        Assert.Equal((3, 3, 3, 0), (summary.DevicesRefused, summary.DevicesWithoutIdentity, summary.ClaimsRefused, summary.Sent));
        Assert.Equal(2, summary.ExitCode);
        Assert.Contains(summary.Errors, error => error.Contains(RejectionReasons.BadProof, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_claim_whose_connection_is_cut_is_made_again_over_another()
    {
        Provisioner.OnClaim = (claim, before) => before == 0 ? [TestProvisioner.Pending(claim, retryAfterMs: 3_600_000)] : null;
        var run = Run(Options());
        await _broker.UntilAsync(messages => messages.Any(message => message.Topic.EndsWith("/response", StringComparison.Ordinal)), "pending");

        await _broker.CutAsync();
        await SampledAsync(1);
        var summary = await StopAsync(run);

        Assert.True(summary.IsComplete, string.Join(", ", summary.Errors));
        Assert.Equal((1, 2), (summary.Provisioned, summary.Claims));
    }

    [Fact]
    public async Task A_broker_that_goes_while_devices_claim_costs_nothing_but_time()
    {
        Provisioner.OnClaim = (claim, before) => before == 0 ? [] : null;
        var options = Options();
        var run = Run(options with { Devices = 10, Provisioning = options.Provisioning! with { AnswerTimeout = TimeSpan.FromMinutes(5), AskAgainMax = TimeSpan.FromMinutes(5) } });
        await ClaimedAsync(10);

        await _broker.StopAsync();
        await _broker.StartAsync();
        await SampledAsync(10);

        var summary = await StopAsync(run);
        Assert.True(summary.IsComplete, string.Join(", ", summary.Errors));
        Assert.Equal(10, summary.Provisioned);
    }

    [Fact]
    public async Task A_device_whose_identity_is_refused_provisions_itself_anew_but_not_at_once_again()
    {
        var run = Run(Options());
        await SampledAsync(1);

        Provisioner.Revoke("sim-0001");
        await _broker.CutAsync();
        await _broker.UntilAsync(_ => _broker.Statuses.Count(status => Parse(status).Online) == 1 && _broker.Statuses.Any(status => !Parse(status).Online), "the will");
        Assert.Single(Provisioner.Claims); // it provisioned itself less than a minute ago

        await StopAsync(run);
        using var stop = new CancellationTokenSource();
        var options = Options();
        var second = SimulatedFleet.RunAsync(options, TimeProvider.System, view: null, stop.Token);
        await _broker.UntilAsync(_ => _broker.Statuses.Count(status => Parse(status).Online) == 2, "online again");
        await stop.CancelAsync();
        var summary = await second;

        Assert.Equal((0, 1, 1), (summary.Provisioned, summary.ProvisionedAnew, summary.Claims));
        Assert.Equal(["cr-1", "cr-2"], IdentityFile.Read(IdentitiesPath).Select(identity => identity.CredentialId));
    }

    [Fact]
    public async Task A_device_that_may_not_provision_itself_anew_goes_on_trying_with_what_it_has()
    {
        IdentityFile.Write(IdentitiesPath, [new SimulatorIdentity { HardwareId = "sim-0001", DeviceId = Device, Secret = "right" }]);
        Provisioner.OnClaim = (claim, _) => [new ProvisionAnswer { Nonce = claim.Nonce, Status = ClaimStatus.Active }];
        var run = Run(Options());
        await ClaimedAsync(1);

        _broker.Admit(Device, "right"); // it was suspended, and is no more
        await SampledAsync(1);

        var summary = await StopAsync(run);
        Assert.True(summary.IsComplete, string.Join(", ", summary.Errors));
        Assert.Equal((0, 0, 1), (summary.Provisioned, summary.ProvisionedAnew, summary.Claims));
    }

    [Fact]
    public async Task A_new_credential_is_kept_and_taken_on_without_going_offline()
    {
        var run = Run(Options());
        await SampledAsync(1);

        var stored = false;
        _broker.OnAdmitted = _ => stored = IdentityFile.ReadLatest(IdentitiesPath)["sim-0001"].Secret == "newer";
        _broker.Admit(Device, "newer");
        await RotateAsync("cr-new", "newer");
        await _broker.UntilAsync(_ => _broker.Statuses.Count() == 2, "online again");
        _broker.Expel(Device, "secret-1");
        await _broker.CutAsync();
        await _broker.UntilAsync(_ => _broker.Statuses.Count(status => Parse(status).Online) == 3, "online a third time");
        var summary = await StopAsync(run);

        Assert.True(summary.IsComplete, string.Join(", ", summary.Errors));
        Assert.True(stored);
        Assert.Equal((1, 0), (summary.Rotated, summary.RotationsRefused));
        Assert.All(_broker.Statuses.Take(2), status => Assert.True(Parse(status).Online));
        Assert.Equal(["cr-1", "cr-new"], IdentityFile.Read(IdentitiesPath).Select(identity => identity.CredentialId));
        Assert.Empty(_broker.Breaches);
    }

    [Fact]
    public async Task A_new_credential_that_is_refused_is_given_up_for_the_old_one()
    {
        var run = Run(Options());
        await SampledAsync(1);

        await RotateAsync("cr-new", "nobody knows it");
        await _broker.UntilAsync(_ => _broker.Statuses.Count() == 2, "online again");
        await RotateAsync("cr-new", "nobody knows it");
        await RotateAsync("cr-old", "nobody knows it either", connectBefore: 1);
        var before = _broker.Samples.Count();
        await _broker.UntilAsync(_ => _broker.Samples.Count() >= before + 3, "more samples");
        var summary = await StopAsync(run);

        Assert.True(summary.IsComplete, string.Join(", ", summary.Errors));
        Assert.Equal((0, 1, 2), (summary.Rotated, summary.RotationsRefused, summary.Connects));
        Assert.Equal(["cr-1", "cr-new", "cr-1"], IdentityFile.Read(IdentitiesPath).Select(identity => identity.CredentialId));
    }

    private SimulatorOptions Options() => new()
    {
        Port = _broker.Port,
        Devices = 1,
        Rate = 20,
        IdentitiesPath = IdentitiesPath,
        Provisioning = new SimulatorProvisioning
        {
            EnrolmentId = TestProvisioner.EnrolmentId, Key = TestProvisioner.Key, AnswerTimeout = TimeSpan.FromMilliseconds(200), AskAgainMax = TimeSpan.FromSeconds(1),
        },
        ReconnectDelayFirst = TimeSpan.FromMilliseconds(10),
        ReconnectDelayMax = TimeSpan.FromMilliseconds(100),
        StopTimeout = TimeSpan.FromSeconds(10),
    };

    private Task RotateAsync(string credentialId, string secret, long? connectBefore = null) => _broker.SendAsync(
        MqttTopics.Credentials(Device),
        JsonSerializer.Serialize(new CredentialMessage(credentialId, secret, connectBefore ?? Later), ContractsJson.Default.CredentialMessage));

    private Task ClaimedAsync(int claims) =>
        _broker.UntilAsync(messages => messages.Count(message => message.Topic.EndsWith("/request", StringComparison.Ordinal)) == claims, $"{claims} claims");

    private Task SampledAsync(int devices) =>
        _broker.UntilAsync(_ => _broker.Samples.Select(sample => sample.Client).Distinct().Count() >= devices, $"samples of {devices}");

    private Task<SimulatorSummary> Run(SimulatorOptions options) => SimulatedFleet.RunAsync(options, TimeProvider.System, view: null, _stop.Token);

    private async Task<SimulatorSummary> StopAsync(Task<SimulatorSummary> run)
    {
        await _stop.CancelAsync();
        return await run;
    }

    private static StatusReport Parse(Received message) => JsonSerializer.Deserialize(message.Payload, ContractsJson.Default.StatusReport)!;
}
