using System.Text;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Provisioning.Access;
using DeviceFleet.Provisioning.Tests.Runtime;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace DeviceFleet.Provisioning.Tests.Access;

public sealed class AuthenticatorTests
{
    private static readonly DeviceId Device = DeviceId.Parse("pump-7");
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly KeptWorld _world = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(56));

    [Fact]
    public async Task A_device_is_let_in_with_its_password_and_with_nothing_else()
    {
        await using var life = await ProvisioningLife.StartAsync(_world, _time);
        var secret = await RegisterAsync(life);

        Assert.Equal(("allow", null), await AskAsync(life, "pump-7", secret, "pump-7"));
        Assert.Equal(("allow", null), await AskAsync(life, "pump-7", secret, "pump-7")); // proven: no hash
        Assert.Equal(("deny", RejectionReasons.BadCredentials), await AskAsync(life, "pump-7", secret + "x", "pump-7"));
        Assert.Equal(("deny", RejectionReasons.BadCredentials), await AskAsync(life, "pump-7", "", "pump-7"));
        Assert.Equal(("deny", RejectionReasons.WrongClientId), await AskAsync(life, "pump-7", secret, "pump-8"));
        Assert.Equal(("deny", RejectionReasons.BadCredentials), await AskAsync(life, "pump-8", secret, "pump-8"));
        Assert.Equal(("deny", RejectionReasons.BadCredentials), await AskAsync(life, null, secret, null));
        Assert.Equal(("deny", RejectionReasons.BadCredentials), await AskAsync(life, "../etc", secret, "../etc"));
    }

    [Fact]
    public async Task What_was_revoked_is_refused_though_its_password_was_proven()
    {
        await using var life = await ProvisioningLife.StartAsync(_world, _time);
        var secret = await RegisterAsync(life);
        Assert.Equal(("allow", null), await AskAsync(life, "pump-7", secret, "pump-7"));

        await life.Identities.ApplyAsync(Device, new IdentityChange { Action = IdentityAction.Suspend, By = "ada", At = 1 }, CancellationToken.None);
        Assert.Equal(("deny", RejectionReasons.NotActive), await AskAsync(life, "pump-7", secret, "pump-7"));
        await life.Identities.ApplyAsync(Device, new IdentityChange { Action = IdentityAction.Resume, By = "ada", At = 1 }, CancellationToken.None);
        Assert.Equal(("allow", null), await AskAsync(life, "pump-7", secret, "pump-7"));
        await life.Identities.ApplyAsync(Device, new IdentityChange { Action = IdentityAction.Revoke, CredentialId = "*", By = "ada", At = 1 }, CancellationToken.None);
        Assert.Equal(("deny", RejectionReasons.BadCredentials), await AskAsync(life, "pump-7", secret, "pump-7"));
    }

    [Fact]
    public async Task The_identity_hears_of_the_first_use()
    {
        await using var life = await ProvisioningLife.StartAsync(_world, _time);
        var secret = await RegisterAsync(life);
        while (_world.Sent.CurrentCount > 0)
        {
            await _world.Sent.WaitAsync();
        }

        await AskAsync(life, "pump-7", secret, "pump-7");

        Assert.True(await _world.Sent.WaitAsync(Patience), "The identity told of no first use.");
        var identity = (await life.Identities.GetAsync(Device, CancellationToken.None)).Value!;
        Assert.NotNull(Assert.Single(identity.Credentials).FirstUsedAt);
    }

    [Fact]
    public async Task Who_guesses_is_told_to_come_later_and_who_knows_is_not_kept_out()
    {
        await using var life = await ProvisioningLife.StartAsync(_world, _time, new() { ["Credentials:WrongMax"] = "3", ["Credentials:UnknownMax"] = "2" });
        var secret = await RegisterAsync(life);
        Assert.Equal(("allow", null), await AskAsync(life, "pump-7", secret, "pump-7"));

        var guesses = new List<string>();
        for (var guess = 0; guess < 5; guess++)
        {
            guesses.Add((await AskAsync(life, "pump-7", $"guess {guess}", "pump-7")).Result);
        }

        Assert.Equal(["deny", "deny", "deny", "ignore", "ignore"], guesses);
        Assert.Equal(("allow", null), await AskAsync(life, "pump-7", secret, "pump-7"));

        Assert.Equal("deny", (await AskAsync(life, "nobody-1", "x", "nobody-1")).Result);
        Assert.Equal("deny", (await AskAsync(life, "nobody-2", "x", "nobody-2")).Result);
        Assert.Equal("ignore", (await AskAsync(life, "nobody-3", "x", "nobody-3")).Result);
        _time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal("deny", (await AskAsync(life, "nobody-3", "x", "nobody-3")).Result);
    }

    [Theory]
    [InlineData("claim:c-1", "", "allow", null)]
    [InlineData("claim:c-1", "x", "deny", RejectionReasons.BadCredentials)]
    [InlineData("claim:", "", "deny", RejectionReasons.WrongClientId)]
    [InlineData("c-1", "", "deny", RejectionReasons.WrongClientId)]
    [InlineData(null, "", "deny", RejectionReasons.WrongClientId)]
    public async Task Claims_have_no_password_and_a_client_id_of_their_own(string? clientId, string password, string result, string? reason)
    {
        await using var life = await ProvisioningLife.StartAsync(_world, _time);
        Assert.Equal((result, reason), await AskAsync(life, "provision", password, clientId));
    }

    [Theory]
    [InlineData("pump-7", "pump-7", "publish", "fleet/pump-7/telemetry", null)]
    [InlineData("pump-7", "pump-7", "subscribe", "fleet/pump-7/commands/+", null)]
    [InlineData("pump-7", "pump-7", "publish", "fleet/pump-8/telemetry", RejectionReasons.WrongDevice)]
    [InlineData("pump-7", "pump-7", "subscribe", "fleet/#", RejectionReasons.WrongSubscription)]
    [InlineData("pump-7", "pump-7", "subscribe", "fleet/pump-8/desired", RejectionReasons.WrongSubscription)]
    [InlineData("pump-7", "pump-7", "publish", "provision/pump-7/request", RejectionReasons.WrongTopic)]
    [InlineData("pump-7", "pump-8", "publish", "fleet/pump-8/telemetry", RejectionReasons.WrongClientId)]
    [InlineData("provision", "claim:c-1", "publish", "provision/c-1/request", null)]
    [InlineData("provision", "claim:c-1", "subscribe", "provision/c-1/response", null)]
    [InlineData("provision", "claim:c-1", "publish", "provision/c-2/request", RejectionReasons.WrongDevice)]
    [InlineData("provision", "claim:c-1", "publish", "fleet/c-1/telemetry", RejectionReasons.WrongTopic)]
    [InlineData("pump-7", "pump-7", "dance", "fleet/pump-7/telemetry", RejectionReasons.WrongTopic)]
    public void Topics_are_as_in_the_embedded_broker(string username, string clientId, string action, string topic, string? reason)
    {
        var verdict = AccessEndpoints.Decide(new MqttAuthorize { Username = username, ClientId = clientId, Action = action, Topic = topic });
        Assert.Equal((reason is null ? "allow" : "deny", reason), (verdict.Result, verdict.Reason));
    }

    private static async Task<string> RegisterAsync(ProvisioningLife life) =>
        (await life.Identities.ApplyAsync(Device, new IdentityChange { Action = IdentityAction.Register, By = "ada", At = 1 }, CancellationToken.None)).Value!.Secret!;

    private static async Task<(string Result, string? Reason)> AskAsync(ProvisioningLife life, string? username, string password, string? clientId)
    {
        var verdict = await life.Services.GetRequiredService<IMqttAccess>().AuthenticateAsync(username, Encoding.UTF8.GetBytes(password), clientId, CancellationToken.None);
        return (verdict.Result, verdict.Reason);
    }
}
