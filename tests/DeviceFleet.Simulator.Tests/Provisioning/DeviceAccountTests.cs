using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Simulator.Provisioning;
using Microsoft.Extensions.Time.Testing;

namespace DeviceFleet.Simulator.Tests.Provisioning;

public sealed class DeviceAccountTests : IDisposable
{
    private static readonly SimulatorProvisioning Provisioning = new() { EnrolmentId = "g", Key = new byte[32] };
    private static readonly SimulatorIdentity First = Identity("cr-1", "s1");

    private readonly FakeTimeProvider _time = new();
    private readonly IdentityStore _store = IdentityStore.Open(path: null);

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task A_new_credential_is_stored_and_taken_on_and_proved_by_the_broker()
    {
        var account = Account(First);

        Assert.True(account.Offer(Message("cr-2")));
        Assert.Equal(First, account.Identity);
        Assert.True(await account.TakeOfferAsync(CancellationToken.None));
        Assert.Equal(Identity("cr-2", "secret of cr-2"), account.Identity);
        Assert.Equal(account.Identity, _store.Find("hw-1")!.Current);

        account.Proved();
        Assert.Equal(AfterRefusal.GiveUp, account.Refused(everConnected: false));
        Assert.False(await account.TakeOfferAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_new_credential_that_is_refused_is_given_up_for_the_old_one_and_not_taken_again()
    {
        var account = Account(First);
        account.Offer(Message("cr-2"));
        await account.TakeOfferAsync(CancellationToken.None);

        Assert.Equal(AfterRefusal.GoBack, account.Refused(everConnected: true));
        await account.GoBackAsync(CancellationToken.None);

        Assert.Equal(First, account.Identity);
        Assert.Equal(First, _store.Find("hw-1")!.Current);
        Assert.False(account.Offer(Message("cr-2")));
        Assert.True(account.Offer(Message("cr-3")));
    }

    [Fact]
    public void The_present_credential_and_one_that_has_ended_are_not_taken()
    {
        var account = Account(First);

        Assert.False(account.Offer(Message("cr-1")));
        Assert.False(account.Offer(Message("cr-2") with { ConnectBefore = _time.GetUtcNow().ToUnixTimeMilliseconds() }));
        Assert.False(Account(null).Offer(Message("cr-2")));
    }

    [Fact]
    public void After_a_restart_between_storing_and_connecting_the_old_credential_is_still_known()
    {
        var account = new DeviceAccount("hw-1", new KeptIdentity(Identity("cr-2", "s2"), First), _store, null, _time);

        Assert.Equal(AfterRefusal.GoBack, account.Refused(everConnected: false));
    }

    [Fact]
    public void A_refused_identity_is_provisioned_anew_once_a_minute_at_most()
    {
        var account = Account(First, Provisioning);

        Assert.Equal(AfterRefusal.Provision, account.Refused(everConnected: true));
        account.NoteProvisioning();
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(AfterRefusal.TryAgain, account.Refused(everConnected: false));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(AfterRefusal.Provision, account.Refused(everConnected: false));
    }

    [Fact]
    public void Without_an_enrolment_a_device_tries_again_only_when_it_was_connected_before()
    {
        Assert.Equal(AfterRefusal.TryAgain, Account(First).Refused(everConnected: true));
        Assert.Equal(AfterRefusal.GiveUp, Account(First).Refused(everConnected: false));
    }

    private DeviceAccount Account(SimulatorIdentity? identity, SimulatorProvisioning? provisioning = null) =>
        new("hw-1", identity is null ? null : new KeptIdentity(identity, Before: null), _store, provisioning, _time);

    private CredentialMessage Message(string id) => new(id, $"secret of {id}", _time.GetUtcNow().AddMinutes(5).ToUnixTimeMilliseconds());

    private static SimulatorIdentity Identity(string credentialId, string secret) =>
        new() { HardwareId = "hw-1", DeviceId = DeviceId.Parse("dev-1"), CredentialId = credentialId, Secret = secret };
}
