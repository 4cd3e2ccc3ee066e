using Dapr.Actors;
using Dapr.Actors.Client;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Provisioning.Bookkeeping;
using DeviceFleet.Provisioning.Tests.Runtime;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace DeviceFleet.Provisioning.Tests.Enrolments;

/// <summary>The actor on the real engine.</summary>
public sealed class EnrolmentActorTests
{
    private readonly KeptWorld _world = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(56));

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    [Fact]
    public async Task Two_that_redeem_one_code_at_the_same_time_do_not_both_come_in()
    {
        await using var life = await ProvisioningLife.StartAsync(_world, _time);
        var enrolment = await MakeAsync(life, ProofKind.ClaimCode);
        var codes = await enrolment.InvokeMethodAsync<ClaimCodeOrder, ChangeReply<ClaimCodes>>(
            EnrolmentActorMethods.MakeCodes, new ClaimCodeOrder { Count = 1, By = "ada", At = Now });
        var code = Assert.Single(codes.Value!.Codes);

        var verdicts = await Task.WhenAll(Enumerable.Range(0, 8).Select(hardware => VerifyAsync(enrolment, $"hw-{hardware}", code)));

        var winner = Assert.Single(verdicts, verdict => verdict.Reason is null);
        Assert.All(verdicts.Except([winner]), verdict => Assert.Equal(RejectionReasons.ClaimReplayed, verdict.Reason));
        Assert.Null((await VerifyAsync(enrolment, winner.DeviceId!.Value.Value, code)).Reason);
    }

    [Fact]
    public async Task A_wrong_proof_writes_nothing()
    {
        await using var life = await ProvisioningLife.StartAsync(_world, _time);
        var enrolment = await MakeAsync(life, ProofKind.SymmetricKey);
        var writes = _world.Writes;

        for (var guess = 0; guess < 20; guess++)
        {
            Assert.Equal(RejectionReasons.BadProof, (await VerifyAsync(enrolment, $"hw-{guess}", null)).Reason);
        }

        Assert.Equal(writes, _world.Writes);
    }

    [Fact]
    public async Task The_directory_lists_enrolments_as_they_are()
    {
        await using var life = await ProvisioningLife.StartAsync(_world, _time);
        var enrolment = await MakeAsync(life, ProofKind.ClaimCode);
        await enrolment.InvokeMethodAsync<ClaimCodeOrder, ChangeReply<ClaimCodes>>(EnrolmentActorMethods.MakeCodes, new ClaimCodeOrder { Count = 3, By = "ada", At = Now });
        var directories = life.Services.GetRequiredService<DirectoryActors>();

        var page = await directories.ListAsync(DirectoryIds.Enrolments, new DirectoryQuery(null, 10), CancellationToken.None);
        var listed = System.Text.Json.JsonSerializer.Deserialize(Assert.Single(page.Entries).Summary!.Value, ContractsJson.Default.Enrolment)!;
        Assert.Equal(("oslo", 3), (listed.Id, listed.OpenCodes));

        await enrolment.InvokeMethodAsync<EnrolmentDelete, ChangeReply<Enrolment>>(EnrolmentActorMethods.Delete, new EnrolmentDelete(null, "ada", Now));
        Assert.Equal(0, (await directories.ListAsync(DirectoryIds.Enrolments, new DirectoryQuery(null, 10), CancellationToken.None)).Total);
    }

    private static async Task<ActorProxy> MakeAsync(ProvisioningLife life, ProofKind proof)
    {
        var enrolment = life.Services.GetRequiredService<IActorProxyFactory>().Create(new ActorId("oslo"), EnrolmentActorMethods.ActorType);
        var reply = await enrolment.InvokeMethodAsync<EnrolmentWrite, ChangeReply<EnrolmentWritten>>(EnrolmentActorMethods.Write, new EnrolmentWrite
        {
            Enrolment = new Enrolment
            {
                Id = "oslo", Version = 0, Proof = proof, IsEnabled = true, NeedsApproval = false, MayReprovision = false, ConnectWithinMs = 60_000, By = "", At = 0,
            },
            By = "ada",
            At = 1,
        });
        Assert.Equal(ChangeOutcome.Applied, reply.Outcome);
        return enrolment;
    }

    private Task<ClaimVerdict> VerifyAsync(ActorProxy enrolment, string hardware, string? code) => enrolment.InvokeMethodAsync<ClaimCheck, ClaimVerdict>(
        EnrolmentActorMethods.Verify,
        new ClaimCheck(new ProvisionClaim { Enrolment = "oslo", HardwareId = hardware, Nonce = "nonce-0123456789", ExpiresAt = Now + 60_000, Code = code, Proof = "AAAA" }, Now));
}
