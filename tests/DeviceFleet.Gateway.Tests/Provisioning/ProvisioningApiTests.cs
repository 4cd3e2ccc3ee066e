using System.Net;
using System.Text.Json;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Live;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Gateway.Tests.Fakes;
using Microsoft.AspNetCore.SignalR.Client;
using static DeviceFleet.Gateway.Tests.Fakes.Samples;

namespace DeviceFleet.Gateway.Tests.Provisioning;

public sealed class ProvisioningApiTests
{
    private const string Choice = "/api/provisioning/sagas/pump-1/choice";

    [Fact]
    public async Task Sagas_come_from_the_directories_at_start_and_from_events_afterwards()
    {
        await using var host = await GatewayHost.StartAsync(devices: fake =>
        {
            var id = DeviceId.Parse("pump-1");
            var summary = JsonSerializer.SerializeToElement(
                new IdentitySummary { State = LifecycleState.Provisioning, Since = 5, Saga = "provision-pump-1-1" }, ContractsJson.Default.IdentitySummary);
            fake.OnActor<DirectoryQuery, DirectoryPage>(DirectoryActorMethods.ActorType, DirectoryActorMethods.List, (shard, _) =>
                shard == DirectoryIds.Identities(DirectoryIds.ShardOf(id)) ? new DirectoryPage([new DirectoryEntry { Key = id.Value, Revision = 3, Summary = summary }], 1) : new DirectoryPage([], 0));
            fake.OnActor<object, ChangeReply<DeviceIdentity>>(IdentityActorMethods.ActorType, IdentityActorMethods.Get, (name, _) => Reply(ChangeOutcome.Applied, Identity(name, 3, SagaState.Running)));
        });
        using var client = host.SignedIn();
        await EventuallyAsync(async () => (await SagasAsync(client)).Length == 1);

        await host.DeliverAsync(PubSubTopics.Provisioning, ContractsJson.Default.IdentityEvent, new IdentityEvent { Identity = Identity("pump-2", 1, SagaState.Stuck) });

        Assert.Equal(["pump-2", "pump-1"], await SagasAsync(client));
    }

    [Fact]
    public async Task Who_watches_the_fleet_sees_sagas_move()
    {
        await using var host = await GatewayHost.StartAsync();
        await using var hub = host.Hub();
        var seen = new TaskCompletionSource<SagaView>();
        hub.On<SagaView>(FleetHubContract.ProvisioningChanged, seen.SetResult);
        await hub.StartAsync();
        await hub.InvokeAsync(FleetHubContract.WatchFleet);

        await host.DeliverAsync(PubSubTopics.Provisioning, ContractsJson.Default.IdentityEvent, new IdentityEvent { Identity = Identity("pump-1", 4, SagaState.Waiting) });
        host.Time.Advance(TimeSpan.FromSeconds(1));

        var saga = await seen.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(("pump-1", 4L, SagaState.Waiting), (saga.DeviceId.Value, saga.Revision, saga.Progress.State));
    }

    [Fact]
    public async Task A_choice_goes_to_the_identity_with_who_made_it()
    {
        await using var host = await GatewayHost.StartAsync();
        OnApply(host, (_, change) => Reply(ChangeOutcome.Applied, new IdentityReply { Identity = Identity("pump-1", 4, SagaState.Running) }));
        using var client = host.SignedIn("operator", "ada");

        var answer = await client.CallAsync("POST", Choice, """{"choice":"retry","instance":"provision-pump-1-1","reason":"broker is back"}""");

        var change = host.Devices.Last<IdentityChange>(IdentityActorMethods.Apply);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal((IdentityAction.Choose, SagaChoice.Retry, "provision-pump-1-1", "broker is back", "ada"), (change.Action, change.Choice!.Value, change.ForInstance, change.Reason, change.By));
    }

    [Theory]
    [InlineData("""{"choice":"retry"}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"choice":"maybe","instance":"x"}""", HttpStatusCode.BadRequest)]
    [InlineData("{", HttpStatusCode.BadRequest)]
    public async Task A_choice_that_makes_no_sense_reaches_nobody(string body, HttpStatusCode expected)
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.SignedIn("operator");

        Assert.Equal(expected, (await client.CallAsync("POST", Choice, body)).Problem());
        Assert.Empty(host.Devices.Calls);
    }

    [Fact]
    public async Task A_refused_choice_is_a_conflict_with_the_actors_words()
    {
        await using var host = await GatewayHost.StartAsync();
        OnApply(host, (_, _) => Reply<IdentityReply>(ChangeOutcome.Conflict, null, "The saga is not stuck."));
        using var client = host.SignedIn("operator");

        var answer = await client.CallAsync("POST", Choice, """{"choice":"skip","instance":"x"}""");

        Assert.Equal((HttpStatusCode.Conflict, "The saga is not stuck."), (answer.Problem(), answer.Text("detail")));
    }

    [Fact]
    public async Task What_is_left_out_of_an_enrolment_has_its_default_and_its_key_is_told_once()
    {
        await using var host = await GatewayHost.StartAsync();
        host.Devices.OnActor<EnrolmentWrite, ChangeReply<EnrolmentWritten>>(EnrolmentActorMethods.ActorType, EnrolmentActorMethods.Write, (_, write) =>
            Reply(ChangeOutcome.Applied, new EnrolmentWritten { Enrolment = write!.Enrolment with { Version = 1 }, Key = "a2V5" }));
        using var client = host.SignedIn("admin", "ada");

        var answer = await client.CallAsync("PUT", "/api/provisioning/enrolments/oslo", """{"allocation":{"group":"oslo/line-2"}}""", "application/json", ("If-Match", "\"0\""));

        var write = host.Devices.Last<EnrolmentWrite>(EnrolmentActorMethods.Write);
        Assert.Equal((HttpStatusCode.OK, "\"1\"", "a2V5"), (answer.Status, answer.ETag, answer.Text("key")));
        Assert.Equal((0L, "oslo", true, true, false, 600_000L), (write.IfVersion!.Value, write.Enrolment.Id, write.Enrolment.IsEnabled, write.Enrolment.MayReprovision, write.Enrolment.NeedsApproval, write.Enrolment.ConnectWithinMs));
        Assert.Equal(("{hardwareId}", "oslo/line-2"), (write.Enrolment.Allocation.DeviceId, write.Enrolment.Allocation.Group!.Value.Value));
    }

    [Fact]
    public async Task A_claim_needs_nobody_to_sign_in_and_a_refusal_is_an_answer()
    {
        await using var host = await GatewayHost.StartAsync();
        host.Devices.OnRoute(ProvisioningRoutes.Claims, body => new ProvisionAnswer { Nonce = FakeDevices.Read<ProvisionClaim>(body).Nonce, Status = ClaimStatus.Refused, Reason = RejectionReasons.BadProof });
        using var device = host.Anonymous();

        var answer = await device.CallAsync("POST", "/api/provisioning/claims", """{"enrolment":"oslo","hardwareId":"A1","nonce":"0123456789abcdef","expiresAt":1}""");
        var malformed = await device.CallAsync("POST", "/api/provisioning/claims", """{"enrolment":"oslo"}""");

        Assert.Equal((HttpStatusCode.OK, "refused", "bad-proof", "0123456789abcdef"), (answer.Status, answer.Text("status"), answer.Text("reason"), answer.Text("nonce")));
        Assert.Equal(HttpStatusCode.BadRequest, malformed.Problem());
    }

    [Fact]
    public async Task A_device_registered_by_hand_is_made_first_and_unmade_when_there_is_an_identity_already()
    {
        await using var host = await GatewayHost.StartAsync();
        host.Devices.OnDevice<DeviceCreate, ChangeReply<DeviceRegistration>>(DeviceActorMethods.Create, (_, _) => Reply(ChangeOutcome.Applied, new DeviceRegistration { Version = 1 }));
        host.Devices.OnDevice<DeviceRemoval, ChangeReply<DeviceRegistration>>(DeviceActorMethods.Remove, (_, _) => Reply(ChangeOutcome.Applied, new DeviceRegistration { Version = 2 }));
        OnApply(host, (id, _) => id == "pump-1"
            ? Reply(ChangeOutcome.Applied, new IdentityReply { Identity = Identity(id, 1, saga: null, LifecycleState.Active), CredentialId = "c1", Secret = "s" })
            : Reply<IdentityReply>(ChangeOutcome.Conflict, null, "There is one."));
        using var client = host.SignedIn("admin");

        var made = await client.CallAsync("POST", "/api/devices/pump-1/identity");
        var imported = await client.CallAsync("POST", "/api/provisioning/import", """{"devices":[{"id":"pump-1"},{"id":"pump-2"}]}""");

        Assert.Equal((HttpStatusCode.OK, "s"), (made.Status, made.Text("secret")));
        Assert.Equal(["applied", "conflict"], imported.Body.GetProperty("devices").EnumerateArray().Select(device => device.GetProperty("outcome").GetString()));
        Assert.Equal(["pump-2"], host.Devices.Calls.Where(call => call.Method == DeviceActorMethods.Remove).Select(call => call.Id));
    }

    [Fact]
    public async Task The_audit_is_asked_of_the_day()
    {
        await using var host = await GatewayHost.StartAsync();
        host.Devices.OnActor<AuditQuery, AuditPage>(AuditActorMethods.ActorType, AuditActorMethods.List, (day, query) =>
            new AuditPage([new AuditEntry { Id = "1", At = 5, By = "ada", Action = "suspend", Detail = day, DeviceId = query!.DeviceId }], null));
        using var client = host.SignedIn();

        var answer = await client.CallAsync("GET", "/api/audit?day=2026-11-29&device=pump-1");
        var wrong = await client.CallAsync("GET", "/api/audit?day=yesterday&take=0");

        Assert.Equal("2026-11-29", answer.Body.GetProperty("entries")[0].GetProperty("detail").GetString());
        Assert.Equal(["day", "take"], wrong.Body.GetProperty("errors").EnumerateObject().Select(fault => fault.Name).Order());
    }

    private static void OnApply(GatewayHost host, Func<string, IdentityChange, ChangeReply<IdentityReply>> answer) =>
        host.Devices.OnActor<IdentityChange, ChangeReply<IdentityReply>>(IdentityActorMethods.ActorType, IdentityActorMethods.Apply, (id, change) => answer(id, change!));

    private static async Task<string[]> SagasAsync(HttpClient client) =>
        [.. (await client.CallAsync("GET", "/api/provisioning/sagas")).Body.GetProperty("sagas").EnumerateArray().Select(saga => saga.GetProperty("deviceId").GetString()!)];

    private static async Task EventuallyAsync(Func<Task<bool>> holds)
    {
        for (var i = 0; i < 300 && !await holds(); i++)
        {
            await Task.Delay(100);
        }
    }
}
