using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Provisioning.Tests.Runtime;
using Microsoft.Extensions.Time.Testing;

namespace DeviceFleet.Provisioning.Tests.Identities;

/// <summary>The actor on the real engine.</summary>
public sealed class IdentityActorTests
{
    private static readonly DeviceId Device = DeviceId.Parse("pump-7");
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly KeptWorld _world = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(56));

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    [Fact]
    public async Task What_follows_from_a_change_is_sent_and_taken_out()
    {
        await using var life = await ProvisioningLife.StartAsync(_world, _time);

        var made = await life.Identities.ApplyAsync(Device, Person(IdentityAction.Register), CancellationToken.None);
        await life.Identities.ApplyAsync(Device, Person(IdentityAction.Suspend), CancellationToken.None);

        Assert.Equal((ChangeOutcome.Applied, 43), (made.Outcome, made.Value!.Secret!.Length));
        var events = _world.Events(EventTypes.IdentityChanged, ContractsJson.Default.IdentityEvent);
        Assert.Equal([(1L, "register", LifecycleState.Active), (2L, "suspend", LifecycleState.Suspended)], events.Select(told => (told.Identity.Revision, told.Audit!.Action, told.Identity.State)));
        Assert.Equal("""["pump-7"]""", Assert.Single(_world.Cuts));
        var audit = await life.Identities.GetAuditAsync(Device, CancellationToken.None);
        Assert.Equal(["suspend", "register"], audit.Entries.Select(entry => entry.Action));
    }

    [Fact]
    public async Task What_a_crash_kept_from_being_sent_the_reminder_sends()
    {
        await using (var life = await ProvisioningLife.StartAsync(_world, _time))
        {
            _world.IsCutOff = true;
            var answer = await life.Identities.TakeClaimAsync(Device, Claim(), CancellationToken.None);
            Assert.Equal(ClaimStatus.Pending, answer.Status); // saved, though nothing could be sent
        }

        Assert.Empty(_world.Started);
        _world.IsCutOff = false;
        await using (var life = await ProvisioningLife.StartAsync(_world, _time))
        {
            _time.Advance(TimeSpan.FromSeconds(11));
            Assert.True(await _world.Sent.WaitAsync(Patience), "Neither a saga was started nor an event published by the reminder.");
            Assert.True(await _world.Sent.WaitAsync(Patience), "Only one of saga and event came by the reminder.");

            Assert.Equal("provision-pump-7-1", Assert.Single(_world.Started).Instance);
            Assert.Equal("claim", Assert.Single(_world.Events(EventTypes.IdentityChanged, ContractsJson.Default.IdentityEvent)).Audit!.Action);
        }
    }

    [Fact]
    public async Task A_revocation_cuts_the_session_and_leaves_nothing_to_compare_with()
    {
        await using var life = await ProvisioningLife.StartAsync(_world, _time);
        await life.Identities.ApplyAsync(Device, Person(IdentityAction.Register), CancellationToken.None);

        await life.Identities.ApplyAsync(Device, Person(IdentityAction.Revoke, "*"), CancellationToken.None);

        Assert.Single(_world.Cuts);
        Assert.Empty((await life.Identities.GetVerifiersAsync(Device, CancellationToken.None)).Verifiers);
    }

    [Fact]
    public async Task The_audit_keeps_its_newest_hundred()
    {
        await using var life = await ProvisioningLife.StartAsync(_world, _time);
        await life.Identities.ApplyAsync(Device, Person(IdentityAction.Register), CancellationToken.None);
        for (var turn = 0; turn < 65; turn++)
        {
            await life.Identities.ApplyAsync(Device, Person(IdentityAction.Suspend), CancellationToken.None);
            await life.Identities.ApplyAsync(Device, Person(IdentityAction.Resume), CancellationToken.None);
        }

        var entries = (await life.Identities.GetAuditAsync(Device, CancellationToken.None)).Entries;

        Assert.Equal(IdentityLimits.AuditKeptMax, entries.Count);
        Assert.Equal(Enumerable.Range(32, 100).Reverse().Select(number => $"pump-7/{number}"), entries.Select(entry => entry.Id));
    }

    private static IdentityChange Person(IdentityAction action, string? credential = null) => new() { Action = action, CredentialId = credential, By = "ada", At = 1 };

    private ClaimTake Claim() => new()
    {
        Nonce = "nonce-0123456789",
        ExpiresAt = Now + 60_000,
        HardwareId = "A4:CF",
        EnrolmentId = "oslo",
        Verdict = new ClaimVerdict { DeviceId = Device, Allocation = new Allocation(), ConnectWithinMs = 60_000 },
        At = Now,
    };
}
