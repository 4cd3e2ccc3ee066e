using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization.Metadata;
using Dapr.Actors;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Contracts.Rollouts;
using DeviceFleet.Provisioning.Rollouts;
using DeviceFleet.Provisioning.Tests.Rollouts.Runtime;

namespace DeviceFleet.Provisioning.Tests.Rollouts;

/// <summary>Rollouts as they run: actors, workflows, twins, on the real engine.</summary>
public sealed class RolloutRunTests
{
    private const int Devices = 100;

    [Fact]
    public async Task A_rollout_to_100_devices_of_which_20_fail_aborts_in_its_first_wave_and_puts_back()
    {
        var world = new TestWorld();
        using var counted = new StateCounts(RolloutMetrics.MeterName);
        await using var life = await RolloutLife.StartAsync(RolloutLife.NewFolder(), world);
        await PrepareAsync(life, world);
        foreach (var number in Enumerable.Range(0, Devices).Where(number => number % 5 == 0))
        {
            world.Broken.Add(Id(number));
        }

        var reply = await BeginAsync(life, Order("r-abort", new WavePlan { UpToPercent = 25 }, new WavePlan { UpToPercent = 100 }));
        Assert.Equal(ChangeOutcome.Applied, reply.Outcome);
        var end = await world.WaitAsync("the end", view => view.EndedAt is not null);

        Assert.Equal((RolloutState.Aborted, WaveState.Failed, WaveState.Pending), (end.State, end.Waves[0].State, end.Waves[1].State));
        Assert.Equal(75, end.Waves[1].Counts[RolloutDeviceState.Skipped]);
        Assert.InRange(end.Waves[0].Counts[RolloutDeviceState.Failed], end.Waves[0].AbortAt, 5);
        Assert.All(Enumerable.Range(0, Devices), number => Assert.Equal("1.0.0", world.VersionOf(Id(number))));
        Assert.Equal(25, end.Waves[0].Counts.Where(count => count.Key is RolloutDeviceState.Failed or RolloutDeviceState.RolledBack or RolloutDeviceState.Skipped).Sum(count => count.Value));

        // No other test's rollout aborts.
        Assert.Equal(1, counted["devicefleet.rollouts.moved", "aborted"]);
        Assert.True(counted["devicefleet.rollouts.devices", "failed"] >= end.Waves[0].Counts[RolloutDeviceState.Failed]);
    }

    [Fact]
    public async Task A_pause_holds_across_a_restart_and_then_it_goes_on_where_it_was()
    {
        var (world, folder) = (new TestWorld { IsHolding = true }, RolloutLife.NewFolder());
        await using (var life = await RolloutLife.StartAsync(folder, world))
        {
            await PrepareAsync(life, world);
            await BeginAsync(life, Order("r-pause", new WavePlan { UpToPercent = 50 }, new WavePlan { UpToPercent = 100 }) with { Devices = [.. Enumerable.Range(0, Devices).Select(Id)] });
            await world.WaitAsync("all places taken", view => Count(view, RolloutDeviceState.Offered) == 10);
            Assert.Equal(ChangeOutcome.Applied, (await ChangeAsync(life, "r-pause", RolloutAction.Pause)).Outcome);
        }

        Assert.InRange(world.Orders, 0, 10);
        await using var again = await RolloutLife.StartAsync(folder, world);
        world.Release();
        var paused = await world.WaitAsync("those that were told are done", view => view.State == RolloutState.Paused && Count(view, RolloutDeviceState.Updated) == world.Orders);
        Assert.Equal(Devices - 10, Count(paused, RolloutDeviceState.Pending));
        Assert.InRange(world.Orders, 0, 10);

        Assert.Equal(ChangeOutcome.Applied, (await ChangeAsync(again, "r-pause", RolloutAction.Resume)).Outcome);
        var end = await world.WaitAsync("the end", view => view.EndedAt is not null);
        Assert.Equal((RolloutState.Done, Devices), (end.State, Count(end, RolloutDeviceState.Updated)));
        Assert.Equal(Devices, world.Orders);
    }

    [Fact]
    public async Task A_release_is_signed_with_the_fleets_key_and_of_two_with_one_version_the_first_is_it()
    {
        await using var life = await RolloutLife.StartAsync(RolloutLife.NewFolder(), new TestWorld());
        using var provisioning = life.Client.CreateInvokableHttpClient(DaprNames.ProvisioningApp);
        var release = (await RegisterAsync(life, "1.2.0+build.7", "pump")).Value!;
        var key = await provisioning.GetFromJsonAsync(ProvisioningRoutes.FirmwareKey, ContractsJson.Default.FirmwareKey);

        using var verifier = ECDsa.Create();
        verifier.ImportSubjectPublicKeyInfo(Convert.FromBase64String(key!.PublicKey), out _);
        var text = Encoding.UTF8.GetBytes(ReleaseText.Of(release.Version, release.DeviceType, release.Size, release.Sha256));
        Assert.True(verifier.VerifyData(text, Convert.FromBase64String(release.Signature), HashAlgorithmName.SHA256));

        Assert.Equal(ChangeOutcome.Unchanged, (await RegisterAsync(life, "1.2.0+build.7", "pump")).Outcome);
        Assert.Equal(ChangeOutcome.Conflict, (await RegisterAsync(life, "1.2.0+build.7", "fan")).Outcome);
        Assert.Equal(ChangeOutcome.Invalid, (await RegisterAsync(life, "1.3.0", "pump", release.Signature)).Outcome);
        Assert.Equal(ChangeOutcome.Invalid, (await RegisterAsync(life, "one", "pump")).Outcome);

        var withdrawn = await AskAsync(life, ProvisioningRoutes.WithdrawRelease, new ReleaseWithdrawal("1.2.0+build.7", "olga"), ContractsJson.Default.ReleaseWithdrawal);
        Assert.Equal((ChangeOutcome.Applied, true, 2L), (withdrawn.Outcome, withdrawn.Value!.IsWithdrawn, withdrawn.Value.Revision));
        var order = Order("r-withdrawn", new WavePlan { UpToPercent = 100 });
        Assert.Equal(ChangeOutcome.Conflict, (await BeginAsync(life, order with { Plan = order.Plan with { Version = "1.2.0+build.7" } })).Outcome);
        Assert.Equal(ChangeOutcome.Invalid, (await BeginAsync(life, order)).Outcome);
    }

    private static async Task PrepareAsync(RolloutLife life, TestWorld world)
    {
        await RegisterAsync(life, "1.0.0", null);
        await RegisterAsync(life, "2.0.0", null);
        await Parallel.ForEachAsync(Enumerable.Range(0, Devices), async (number, _) => await world.MakeAsync(Id(number), "1.0.0"));
    }

    private static Task<ChangeReply<Release>> RegisterAsync(RolloutLife life, string version, string? type, string? signature = null) =>
        AskAsync(
            life,
            ProvisioningRoutes.Releases,
            new ReleaseOrder
            {
                Version = version,
                DeviceType = type,
                Size = 10,
                Sha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(version))),
                Signature = signature,
                By = "olga",
            },
            ContractsJson.Default.ReleaseOrder);

    private static async Task<ChangeReply<Release>> AskAsync<TMessage>(RolloutLife life, string route, TMessage message, JsonTypeInfo<TMessage> type)
    {
        using var provisioning = life.Client.CreateInvokableHttpClient(DaprNames.ProvisioningApp);
        using var answer = await provisioning.PostAsJsonAsync(route, message, type);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync(ContractsJson.Default.ChangeReplyRelease))!;
    }

    private static Task<ChangeReply<RolloutView>> BeginAsync(RolloutLife life, RolloutOrder order) => life.Proxies.Create(new ActorId(order.Id), RolloutActorMethods.ActorType)
        .InvokeMethodAsync<RolloutOrder, ChangeReply<RolloutView>>(RolloutActorMethods.Begin, order);

    private static Task<ChangeReply<RolloutView>> ChangeAsync(RolloutLife life, string id, RolloutAction action) => life.Proxies.Create(new ActorId(id), RolloutActorMethods.ActorType)
        .InvokeMethodAsync<RolloutChange, ChangeReply<RolloutView>>(RolloutActorMethods.Change, new RolloutChange(action, null, "olga", 1));

    private static int Count(RolloutView view, RolloutDeviceState state) => view.Waves.Sum(wave => wave.Counts.GetValueOrDefault(state));

    private static RolloutOrder Order(string id, params WavePlan[] waves) =>
        Rollout.Order(0, Rollout.Plan() with { Waves = waves, Parallel = 10 }) with { Id = id, Devices = [.. Enumerable.Range(0, Devices).Select(Id)] };

    private static DeviceId Id(int number) => DeviceId.Parse($"d{number}");
}
