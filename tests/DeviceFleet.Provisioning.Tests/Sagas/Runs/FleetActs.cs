using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dapr.Actors;
using Dapr.Actors.Client;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Groups;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Provisioning.Identities;
using EmbeddedDapr.Bindings;
using Microsoft.Extensions.DependencyInjection;

namespace DeviceFleet.Provisioning.Tests.Sagas.Runs;

/// <summary>What devices, the broker and people do, and what is seen of it from outside.</summary>
internal static class FleetActs
{
    public const string Line = "line";

    private const string Box = "box-1";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);
    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);

    public static GroupPath Group { get; } = GroupPath.Parse("oslo/line-2");

    public static long Now(this FleetOnEngine fleet) => fleet.Time.GetUtcNow().ToUnixTimeMilliseconds();

    public static async Task EnrolAsync(this FleetOnEngine fleet, Func<Enrolment, Enrolment>? more = null)
    {
        var enrolment = new Enrolment
        {
            Id = Line,
            Version = 0,
            Proof = ProofKind.SymmetricKey,
            IsEnabled = true,
            Deny = ["bad-*"],
            NeedsApproval = false,
            MayReprovision = false,
            ConnectWithinMs = 600_000,
            Allocation = new Allocation { Type = "pump", Group = Group, Desired = JsonSerializer.Deserialize<JsonElement>("""{"interval":5}""") },
            By = "ann",
            At = fleet.Now(),
        };
        enrolment = more?.Invoke(enrolment) ?? enrolment;
        var write = new EnrolmentWrite { Enrolment = enrolment, Key = enrolment.Proof == ProofKind.SymmetricKey ? Convert.ToBase64String(Key) : null, By = "ann", At = fleet.Now() };
        var reply = await fleet.Actor(Line, EnrolmentActorMethods.ActorType).InvokeMethodAsync<EnrolmentWrite, ChangeReply<EnrolmentWritten>>(EnrolmentActorMethods.Write, write);
        Assert.True(reply.Outcome == ChangeOutcome.Applied, $"{reply.Outcome} {reply.Detail}");
    }

    public static async Task<string> MakeCodeAsync(this FleetOnEngine fleet)
    {
        var order = new ClaimCodeOrder { Count = 1, By = "ann", At = fleet.Now() };
        var reply = await fleet.Actor(Line, EnrolmentActorMethods.ActorType).InvokeMethodAsync<ClaimCodeOrder, ChangeReply<ClaimCodes>>(EnrolmentActorMethods.MakeCodes, order);
        return Assert.Single(reply.Value!.Codes);
    }

    /// <summary>A claim that is as it should be, with a nonce of its own.</summary>
    public static ProvisionClaim Claim(this FleetOnEngine fleet, DeviceId hardware, TimeSpan? expiresIn = null, string? nonce = null)
    {
        var claim = new ProvisionClaim
        {
            Enrolment = Line,
            HardwareId = hardware.Value,
            Nonce = nonce ?? Guid.NewGuid().ToString("n"),
            ExpiresAt = fleet.Now() + (long)(expiresIn ?? TimeSpan.FromMinutes(10)).TotalMilliseconds,
        };
        var key = HMACSHA256.HashData(Key, Encoding.UTF8.GetBytes(claim.HardwareId));
        return claim with { Proof = Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(ClaimText.Of(claim)))) };
    }

    /// <summary>A device asks over MQTT, and hears what is said to this claim first.</summary>
    public static async Task<ProvisionAnswer> AskAsync(this FleetOnEngine fleet, ProvisionClaim claim)
    {
        var before = fleet.Answers().Count;
        var message = new BindingEvent(
            JsonSerializer.SerializeToUtf8Bytes(claim, ContractsJson.Default.ProvisionClaim), new Dictionary<string, string> { ["topic"] = $"provision/{Box}/request" });
        Assert.True(await fleet.Inputs[DaprNames.ProvisionIn](message, CancellationToken.None));
        return fleet.Answers().Skip(before).First();
    }

    /// <summary>What was said to claims, in order.</summary>
    public static IReadOnlyList<ProvisionAnswer> Answers(this FleetOnEngine fleet) =>
        [.. fleet.SentTo($"provision/{Box}/response").Select(payload => JsonSerializer.Deserialize(payload, ContractsJson.Default.ProvisionAnswer)!)];

    public static IEnumerable<string> SentTo(this FleetOnEngine fleet, string topic) => fleet.Sent.Where(message => message.Topic == topic).Select(message => message.Payload);

    /// <summary>The broker tells of a connection.</summary>
    public static Task ConnectAsync(this FleetOnEngine fleet, DeviceId device, string credential) =>
        fleet.DoAsync(device, IdentityAction.Connected, change => change with { CredentialId = credential, By = "broker" });

    public static async Task DoAsync(this FleetOnEngine fleet, DeviceId device, IdentityAction action, Func<IdentityChange, IdentityChange>? more = null)
    {
        var change = new IdentityChange { Action = action, By = "ann", At = fleet.Now() };
        var reply = await fleet.Identities().ApplyAsync(device, more?.Invoke(change) ?? change, CancellationToken.None);
        Assert.True(reply.Outcome is ChangeOutcome.Applied or ChangeOutcome.Unchanged, $"{action}: {reply.Outcome} {reply.Detail}");
    }

    /// <summary>Ids of the credentials that the broker takes.</summary>
    public static async Task<string[]> OpenAsync(this FleetOnEngine fleet, DeviceId device) =>
        [.. (await fleet.Identities().GetVerifiersAsync(device, CancellationToken.None)).Verifiers.Select(verifier => verifier.CredentialId)];

    public static Task<DeviceIdentity> UntilAsync(this FleetOnEngine fleet, DeviceId device, Func<DeviceIdentity, bool> wanted) =>
        fleet.UntilAsync(async () => (await fleet.Identities().GetAsync(device, CancellationToken.None)).Value, identity => identity is not null && wanted(identity))!;

    public static Task<DeviceIdentity> UntilAsync(this FleetOnEngine fleet, DeviceId device, SagaKind kind, SagaState state) =>
        fleet.UntilAsync(device, identity => identity.Saga is { } saga && saga.Kind == kind && saga.State == state);

    public static Task<GroupMembers> UntilMembersAsync(this FleetOnEngine fleet, params DeviceId[] devices) => fleet.UntilAsync(
        () => fleet.Actor(Group.ActorId, GroupActorMethods.ActorType).InvokeMethodAsync<GroupMembersQuery, GroupMembers>(GroupActorMethods.GetMembers, new GroupMembersQuery(null, 100)),
        members => members.Members.SequenceEqual(devices));

    /// <summary>Looks each time that something was told or sent, and now and then: a group tells of its members a while after it has them.</summary>
    public static async Task<T> UntilAsync<T>(this FleetOnEngine fleet, Func<Task<T>> look, Func<T, bool> wanted)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            var seen = await look();
            if (wanted(seen))
            {
                return seen;
            }

            try
            {
                await fleet.Happened.WaitAsync(LookAgain, patience.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"Not within {Patience}; the last was {seen} {(seen as DeviceIdentity)?.Saga}.");
            }
        }
    }

    private static IdentityActors Identities(this FleetOnEngine fleet) => fleet.Provisioning.GetRequiredService<IdentityActors>();

    private static ActorProxy Actor(this FleetOnEngine fleet, string id, string type) => fleet.Provisioning.GetRequiredService<IActorProxyFactory>().Create(new ActorId(id), type);
}
