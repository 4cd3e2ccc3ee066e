using System.Text.Json;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Contracts.Provisioning;

namespace DeviceFleet.Provisioning.Tests.Sagas.Runs;

/// <summary>The sagas on the real engine, with the real actors of both services and all that is between them.</summary>
public sealed class SagaRunTests
{
    private static readonly DeviceId Device = DeviceId.Parse("pump-1");

    [Fact]
    public async Task A_device_is_provisioned_rotated_and_decommissioned_across_restarts()
    {
        await using var fleet = await FleetOnEngine.StartAsync();
        await fleet.EnrolAsync(line => line with { NeedsApproval = true });

        await fleet.AskAsync(fleet.Claim(Device));
        var waiting = await fleet.UntilAsync(Device, SagaKind.Provision, SagaState.Waiting);
        await fleet.RestartAsync();
        await fleet.ConnectAsync(Device, Assert.Single(waiting.Credentials).Id);
        await fleet.UntilAsync(Device, SagaKind.Provision, SagaState.Approval);
        await fleet.RestartAsync();
        await fleet.DoAsync(Device, IdentityAction.Choose, change => change with { Choice = SagaChoice.Approve });
        var active = await fleet.UntilAsync(Device, SagaKind.Provision, SagaState.Done);

        Assert.Equal((LifecycleState.Active, active.Saga!.Instance), (active.State, active.TwinBy));
        var device = await fleet.World.GetViewAsync(Device);
        Assert.Equal(("pump", FleetActs.Group, 1L), (device.Type, device.Group, device.Twin.DesiredVersion));
        await fleet.UntilMembersAsync(Device);

        await fleet.DoAsync(Device, IdentityAction.Rotate);
        await fleet.UntilAsync(Device, SagaKind.Rotate, SagaState.Waiting);
        var credential = Credentials(fleet).Last();
        Assert.Equal([waiting.Credentials[0].Id, credential.CredentialId], await fleet.OpenAsync(Device)); // both, until the device has the new one
        await fleet.RestartAsync();
        await fleet.ConnectAsync(Device, credential.CredentialId);
        await fleet.UntilAsync(Device, SagaKind.Rotate, SagaState.Done);
        Assert.Equal([credential.CredentialId], await fleet.OpenAsync(Device));

        await fleet.DoAsync(Device, IdentityAction.Decommission);
        var gone = await fleet.UntilAsync(Device, SagaKind.Decommission, SagaState.Done);
        Assert.Equal((LifecycleState.Retired, null), (gone.State, gone.TwinBy));
        Assert.Empty(await fleet.OpenAsync(Device));
        Assert.True((await fleet.World.GetViewAsync(Device)).IsRemoved);
        await fleet.UntilMembersAsync();
        var archive = await fleet.World.ReadArchiveAsync($"{Device}/{gone.Saga!.Instance}");
        Assert.Equal((FleetActs.Group, 1L), (archive!.Registration!.Group, archive.Twin.Desired.Version));
        Assert.Contains("""["pump-1"]""", fleet.SentTo("broker/kickout"));
    }

    [Fact]
    public async Task A_device_that_never_connects_leaves_nothing_and_its_code_is_free_again()
    {
        await using var fleet = await FleetOnEngine.StartAsync();
        await fleet.EnrolAsync(line => line with { Proof = ProofKind.ClaimCode });
        var code = await fleet.MakeCodeAsync();

        await fleet.AskAsync(fleet.Claim(Device) with { Code = code });
        await fleet.UntilAsync(Device, SagaKind.Provision, SagaState.Waiting);
        var other = DeviceId.Parse("pump-2");
        Assert.Equal(ClaimStatus.Refused, (await fleet.AskAsync(fleet.Claim(other) with { Code = code })).Status);
        await fleet.RestartAsync(TimeSpan.FromMinutes(11));
        var identity = await fleet.UntilAsync(Device, SagaKind.Provision, SagaState.Compensated);

        Assert.Equal((LifecycleState.Enrolled, null, null), (identity.State, identity.TwinBy, identity.HardwareId));
        Assert.DoesNotContain(identity.Credentials, credential => credential.RevokedAt is null);
        Assert.Contains("did not connect in time", identity.Saga!.Error, StringComparison.Ordinal);
        var view = await fleet.World.GetViewAsync(Device);
        Assert.Equal((true, null), (view.IsRemoved, view.Group));
        await fleet.UntilMembersAsync();
        Assert.Equal(ClaimStatus.Pending, (await fleet.AskAsync(fleet.Claim(other) with { Code = code })).Status);
    }

    [Fact]
    public async Task A_device_that_does_not_take_its_new_credential_keeps_the_old_one()
    {
        await using var fleet = await FleetOnEngine.StartAsync();
        await fleet.EnrolAsync();
        await fleet.AskAsync(fleet.Claim(Device));
        var old = Assert.Single((await fleet.UntilAsync(Device, SagaKind.Provision, SagaState.Waiting)).Credentials).Id;
        await fleet.ConnectAsync(Device, old);
        await fleet.UntilAsync(Device, SagaKind.Provision, SagaState.Done);

        await fleet.DoAsync(Device, IdentityAction.Rotate);
        await fleet.UntilAsync(Device, SagaKind.Rotate, SagaState.Waiting);
        var sent = Credentials(fleet).Count();
        await fleet.ConnectAsync(Device, old);
        await fleet.UntilAsync(() => Task.FromResult(Credentials(fleet).Count()), count => count > sent); // told once more
        await fleet.RestartAsync(TimeSpan.FromHours(25));
        var identity = await fleet.UntilAsync(Device, SagaKind.Rotate, SagaState.Compensated);

        Assert.Equal(LifecycleState.Active, identity.State);
        Assert.Equal([old], await fleet.OpenAsync(Device));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task With_a_third_of_all_activities_failing_and_the_process_restarting_it_still_ends_well(int seed)
    {
        await using var fleet = await FleetOnEngine.StartAsync(Faulty(seed));
        await fleet.EnrolAsync();

        await fleet.AskAsync(fleet.Claim(Device));
        await fleet.RestartAsync();
        var waiting = await fleet.UntilAsync(Device, SagaKind.Provision, SagaState.Waiting);
        await fleet.ConnectAsync(Device, Assert.Single(waiting.Credentials).Id);
        await fleet.RestartAsync();
        await fleet.UntilAsync(Device, SagaKind.Provision, SagaState.Done);

        Assert.Equal([waiting.Credentials[0].Id], await fleet.OpenAsync(Device));
        Assert.Equal(FleetActs.Group, (await fleet.World.GetViewAsync(Device)).Group);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public async Task With_a_third_of_all_activities_failing_and_the_process_restarting_everything_is_taken_back(int seed)
    {
        await using var fleet = await FleetOnEngine.StartAsync(Faulty(seed));
        await fleet.EnrolAsync();

        await fleet.AskAsync(fleet.Claim(Device));
        await fleet.UntilAsync(Device, SagaKind.Provision, SagaState.Waiting);
        await fleet.DoAsync(Device, IdentityAction.Choose, change => change with { Choice = SagaChoice.Compensate });
        await fleet.RestartAsync();
        var identity = await fleet.UntilAsync(Device, SagaKind.Provision, SagaState.Compensated);

        Assert.Equal((LifecycleState.Enrolled, null), (identity.State, identity.TwinBy));
        Assert.Empty(await fleet.OpenAsync(Device));
        Assert.True((await fleet.World.GetViewAsync(Device)).IsRemoved);
        await fleet.UntilMembersAsync();
    }

    private static Dictionary<string, string?> Faulty(int seed) => new()
    {
        ["Faults:Activities"] = "0.3", ["Faults:Seed"] = $"{seed}", ["Sagas:FirstDelay"] = "00:00:00.0100000", ["Sagas:DelayMax"] = "00:00:00.1000000", ["Sagas:Attempts"] = "50",
    };

    private static IEnumerable<CredentialMessage> Credentials(FleetOnEngine fleet) =>
        fleet.SentTo(MqttTopics.Credentials(Device)).Select(payload => JsonSerializer.Deserialize(payload, ContractsJson.Default.CredentialMessage)!);
}
