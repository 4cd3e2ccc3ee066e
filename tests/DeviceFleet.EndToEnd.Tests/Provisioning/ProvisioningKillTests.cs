using System.Globalization;
using System.Security.Cryptography;
using Dapr.Actors;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.EndToEnd.Tests.Live;
using DeviceFleet.EndToEnd.Tests.Processes;
using DeviceFleet.Local;
using DeviceFleet.Local.Hosting;
using DeviceFleet.Simulator;
using DeviceFleet.Simulator.Provisioning;

namespace DeviceFleet.EndToEnd.Tests.Provisioning;

/// <summary>
/// The promise of the sagas: done or taken back, never half. Devices provision themselves while steps fail at random, are tried too few times for that, an operator takes back some of what is well,
/// and the process is killed; then every store is audited.
/// </summary>
public sealed class ProvisioningKillTests(ITestOutputHelper output)
{
    private const int Devices = 200;
    private const int Kills = 3;
    private const string Enrolment = "plant";

    /// <summary>Lets in who has a code: boxes that claim once and never connect.</summary>
    private const string CodeEnrolment = "letters";
    private const int Boxes = 10;
    private static readonly TimeSpan SettleWithin = TimeSpan.FromMinutes(6);
    private static readonly GroupPath Group = GroupPath.Parse("plant/line-1");
    private static readonly int Seed = int.Parse(Environment.GetEnvironmentVariable("DEVICEFLEET_SEED") ?? "20267", CultureInfo.InvariantCulture);
    private static readonly DeviceId[] Simulated = [.. Enumerable.Range(1, Devices).Select(n => DeviceId.Parse($"sim-{n:0000}"))];
    private static readonly HashSet<DeviceId> Unwanted = [.. Simulated.Where((_, index) => index % 10 == 9)];
    private static readonly DeviceId[] Boxed = [.. Enumerable.Range(1, Boxes).Select(n => DeviceId.Parse($"box-{n}"))];
    private static readonly DeviceId[] Ids = [.. Simulated, .. Boxed];

    [Fact]
    public async Task Two_hundred_devices_provision_themselves_through_faults_and_kills_and_nothing_is_left_half_done()
    {
        output.WriteLine($"seed {Seed} (DEVICEFLEET_SEED)");
        var random = new Random(Seed);
        var data = Artifacts.NewFolder();
        var identities = Path.Combine(data, "simulator-identities.jsonl");
        var key = RandomNumberGenerator.GetBytes(EnrolmentLimits.KeyBytes);
        var local = await StartAsync(data, null, random);
        using var stop = new CancellationTokenSource();
        var devices = Task.FromResult<SimulatorSummary>(null!);
        var attendant = new SagaAttendant(random.Next(), Unwanted);
        var attending = Task.CompletedTask;
        try
        {
            using (var client = await FleetClient.SignInAsync(local))
            {
                await client.PutEnrolmentAsync(Enrolment, key, Given(isEnabled: true));
                await ClaimByCodeAsync(client);
            }

            attendant.Fleet = local;
            attending = attendant.RunAsync(stop.Token);
            devices = SimulatedFleet.RunAsync(Fleet(local, identities, key), TimeProvider.System, view: null, stop.Token);
            for (var kill = 1; kill <= Kills; kill++)
            {
                // While some are done, some are under way and some have not begun.
                await ToldAsync(identities, Devices * kill / (Kills + 1));
                await Task.Delay(TimeSpan.FromSeconds(random.NextDouble()), TimeProvider.System, TestContext.Current.CancellationToken);
                attendant.Fleet = null;
                await local.KillAsync();
                await local.DisposeAsync();
                local = await StartAsync(data, local, random);
                attendant.Fleet = local;
                output.WriteLine($"kill {kill}: {Told(identities)} devices had been told their secret");
            }

            await UntilAsync(local, "every device that is wanted is let in", identity => identity is { State: LifecycleState.Active, Saga.EndedAt: not null }, [.. Simulated.Except(Unwanted)]);
            using (var client = await FleetClient.SignInAsync(local))
            {
                await client.PutEnrolmentAsync(Enrolment, key, Given(isEnabled: false)); // else those who are not wanted ask for ever
            }

            await UntilAsync(local, "every saga has ended", identity => identity.Saga is { EndedAt: not null }, Ids);
            await stop.CancelAsync();
            var summary = await devices;
            await attending;
            output.WriteLine(
                $"{summary.Claims} claims, {summary.ClaimsRefused} refused; provisioned {summary.Provisioned}, anew {summary.ProvisionedAnew}; "
                + $"{summary.ProvisioningLatency.P50:0} ms (median), {summary.ProvisioningLatency.P99:0} ms (p99) until connected");
            output.WriteLine(
                $"an operator retried {attendant.Retried} steps and took back {attendant.Compensated.Count} sagas: "
                + string.Join(", ", attendant.Compensated.Values.CountBy(state => state).OrderBy(entry => entry.Key).Select(entry => $"{entry.Value} {entry.Key}")));
            await local.InterruptAsync(TimeSpan.FromSeconds(20));

            var (stored, openCodes) = await ReadStoresAsync(data);
            var faults = ProvisioningAudit.Faults(stored);
            var ends = stored.Devices.CountBy(device => device.Identity?.Saga?.State ?? SagaState.Running).ToDictionary();
            output.WriteLine(
                $"audited {stored.Devices.Count} devices: {ends.GetValueOrDefault(SagaState.Done)} sagas done, {ends.GetValueOrDefault(SagaState.Compensated)} compensated; "
                + $"{stored.Members.Count} members of the group; {openCodes} of {Boxes} codes free; {faults.Count} faults");
            Assert.Empty(faults);
            Assert.All(stored.Devices.Where(device => !Unwanted.Contains(device.Id) && !Boxed.Contains(device.Id)), device => Assert.Equal(LifecycleState.Active, device.Identity?.State));
            Assert.All(stored.Devices.Where(device => Boxed.Contains(device.Id)), device => Assert.Equal(SagaState.Compensated, device.Identity?.Saga?.State));
            Assert.Equal(Boxes, openCodes);
            Assert.Equal(Ids.Length, stored.Listed);
            Assert.Equal(Ids.Length, ends.GetValueOrDefault(SagaState.Done) + ends.GetValueOrDefault(SagaState.Compensated));
        }
        finally
        {
            await stop.CancelAsync();
            await devices;
            await attending;
            await local.DisposeAsync();
            Directory.Delete(data, recursive: true);
        }
    }

    private static object Given(bool isEnabled) =>
        new { allocation = new { group = Group.ToString(), tags = new { site = "plant" }, desired = new { interval = 5 } }, connectWithinMs = 60_000, isEnabled };

    /// <summary>Boxes that redeem a code each and are never heard of again.</summary>
    private static async Task ClaimByCodeAsync(FleetClient client)
    {
        await client.PutEnrolmentAsync(CodeEnrolment, null, new { proof = "claim-code", allocation = new { group = Group.ToString() }, connectWithinMs = 30_000 });
        var codes = (await client.MakeCodesAsync(CodeEnrolment, Boxes)).Sound.Codes;
        foreach (var (box, code) in Boxed.Zip(codes))
        {
            var answer = await client.ClaimAsync(new ProvisionClaim
            {
                Enrolment = CodeEnrolment,
                HardwareId = box.Value,
                Nonce = Guid.NewGuid().ToString("n"),
                ExpiresAt = TimeProvider.System.GetUtcNow().AddMinutes(5).ToUnixTimeMilliseconds(),
                Code = code,
            });
            Assert.Equal(ClaimStatus.Pending, answer.Sound.Status);
        }
    }

    private static Task<LocalProcess> StartAsync(string data, LocalProcess? before, Random random) => LocalProcess.StartAsync(data, before?.MqttPort, before?.HttpPort, environment: new Dictionary<string, string>
    {
        ["DOTNET_ENVIRONMENT"] = "FaultInjection",
        ["ASPNETCORE_ENVIRONMENT"] = "FaultInjection",
        ["Faults__Activities"] = "0.10",
        ["Faults__Seed"] = random.Next().ToString(CultureInfo.InvariantCulture),

        // So few attempts that some sagas are stuck, and so little patience that some of these are taken back by themselves.
        ["Sagas__Attempts"] = "2",
        ["Sagas__FirstDelay"] = "00:00:00.2",
        ["Sagas__StuckTimeout"] = "00:00:10",
        ["RateLimits__PerSecond"] = "10000",
        ["RateLimits__Burst"] = "10000",
    });

    private static SimulatorOptions Fleet(LocalProcess local, string identities, byte[] key) => new()
    {
        Port = local.MqttPort,
        Devices = Devices,
        Rate = 0.2,
        Seed = (ulong)Seed,
        IdentitiesPath = identities,
        Provisioning = new SimulatorProvisioning { EnrolmentId = Enrolment, Key = key, AnewAfter = TimeSpan.FromSeconds(5), AskAgainMax = TimeSpan.FromSeconds(10) },
        ReconnectDelayMax = TimeSpan.FromMilliseconds(500),
    };

    private static int Told(string identities) => File.Exists(identities) ? IdentityFile.ReadLatest(identities).Count : 0;

    private static async Task ToldAsync(string identities, int devices)
    {
        using var limit = new CancellationTokenSource(SettleWithin);
        while (Told(identities) < devices)
        {
            Assert.False(limit.IsCancellationRequested, $"Only {Told(identities)} of {devices} devices were told their secret within {SettleWithin}.");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Until all are as they have to be: what was taken back is tried again by its device.</summary>
    private static async Task UntilAsync(LocalProcess local, string what, Func<DeviceIdentity, bool> wanted, IReadOnlyList<DeviceId> ids)
    {
        using var client = await FleetClient.SignInAsync(local);
        using var limit = new CancellationTokenSource(SettleWithin);
        while (true)
        {
            List<string> open = [];
            foreach (var id in ids)
            {
                var identity = (await client.IdentityAsync(id)).Value;
                if (identity is null || !wanted(identity))
                {
                    open.Add($"{id} {identity?.State} {identity?.Saga?.State} at {identity?.Saga?.Step}: {identity?.Saga?.Error}");
                }
            }

            if (open.Count == 0)
            {
                return;
            }

            Assert.False(limit.IsCancellationRequested, $"Not within {SettleWithin}: {what}. {string.Join("; ", open)}\n{local.Output}");
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Everything once more from the disk, in this process.</summary>
    private static async Task<(StoredFleet Fleet, int OpenCodes)> ReadStoresAsync(string data)
    {
        var options = new LocalOptions { DataFolder = data, MqttPort = Artifacts.FreePort(), HttpPort = Artifacts.FreePort() };
        await using var fleet = await LocalFleet.StartAsync(options, TimeProvider.System, TestContext.Current.CancellationToken);

        // What a kill left in an outbox goes out within the period of its reminder, and topics are read a moment after the start.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            var stored = await StoredFleet.ReadAsync(fleet.Actors, Ids, Group, TestContext.Current.CancellationToken);
            if (limit.IsCancellationRequested || ProvisioningAudit.Faults(stored).Count == 0)
            {
                var codes = await fleet.Actors.Create(new ActorId(CodeEnrolment), EnrolmentActorMethods.ActorType)
                    .InvokeMethodAsync<ChangeReply<Enrolment>>(EnrolmentActorMethods.Get, TestContext.Current.CancellationToken);
                return (stored, codes.Value!.OpenCodes);
            }

            await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
