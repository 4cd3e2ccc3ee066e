using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Dapr.Actors;
using Dapr.Actors.Client;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Groups;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Devices.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;

namespace DeviceFleet.Devices.Tests.Actors;

/// <summary>How a device comes to be and ceases, through the SDK.</summary>
public sealed class ExistenceTurnTests
{
    private const string Pump = "pump-1";

    [Fact]
    public async Task A_device_is_made_once_and_listed()
    {
        await using var host = await DevicesHost.StartAsync();

        var made = await CreateAsync(host, "pump");
        var again = await CreateAsync(host, "valve");

        Assert.Equal((ChangeOutcome.Applied, ChangeOutcome.Unchanged), (made.Outcome, again.Outcome));
        Assert.Equal("pump", (await host.ViewAsync(Pump)).Type);
        Assert.Single(Told(host, EventTypes.RegistrationChanged, ContractsJson.Default.RegistrationEvent));
    }

    [Fact]
    public async Task One_that_was_heard_of_before_is_not_made_but_listed()
    {
        await using var host = await DevicesHost.StartAsync();
        await Proxy(host).InvokeMethodAsync<RejectionNote, DeviceView>(DeviceActorMethods.NoteRejected, new RejectionNote(RejectionReasons.Malformed, Now(host)));

        var reply = await CreateAsync(host, "pump");

        Assert.Equal((ChangeOutcome.Unchanged, 1L), (reply.Outcome, reply.Value!.Version));
        Assert.Equal("pump", (await host.ViewAsync(Pump)).Type);
    }

    [Fact]
    public async Task What_is_left_of_one_that_was_removed_is_a_tombstone_that_nothing_late_makes_a_device_of()
    {
        await using var host = await DevicesHost.StartAsync();
        await CreateAsync(host, "pump");
        await WriteDesiredAsync(host);

        var removed = await RemoveAsync(host);
        var late = await Proxy(host).InvokeMethodAsync<IngestRequest, IngestReply>(DeviceActorMethods.Ingest, new IngestRequest { Samples = [new TelemetrySample { Metrics = new Dictionary<string, double> { ["t"] = 1 } }], ReceivedAt = Now(host) });
        await Proxy(host).InvokeMethodAsync<StatusReport, StatusReply>(DeviceActorMethods.ReportStatus, new StatusReport { Online = true, ReceivedAt = Now(host) });
        var written = await WriteDesiredAsync(host);

        var view = await host.ViewAsync(Pump);
        Assert.Equal((ChangeOutcome.Applied, ChangeOutcome.NotFound), (removed.Outcome, written.Outcome));
        Assert.Equal([new SampleResult(SampleOutcome.Invalid, RejectionReasons.NotActive)], late.Results);
        Assert.Equal((true, Presence.Unknown, null, 0L), (view.IsRemoved, view.Presence, view.Type, view.Totals.Received));
        Assert.Equal(["Device||pump-1||device"], host.Runtime.ActorState.Keys);
        Assert.Equal(view.Revision, Assert.Single(Told(host, EventTypes.DeviceRemoved, ContractsJson.Default.DeviceRemovedEvent)).Revision);
    }

    [Fact]
    public async Task Removed_twice_is_removed_once_and_one_that_never_was_is_not_removed()
    {
        await using var host = await DevicesHost.StartAsync();
        Assert.Equal(ChangeOutcome.Unchanged, (await RemoveAsync(host)).Outcome);
        await CreateAsync(host, "pump");

        Assert.Equal((ChangeOutcome.Applied, ChangeOutcome.Unchanged), ((await RemoveAsync(host)).Outcome, (await RemoveAsync(host)).Outcome));
        Assert.Single(Told(host, EventTypes.DeviceRemoved, ContractsJson.Default.DeviceRemovedEvent));
    }

    [Fact]
    public async Task Who_took_it_back_for_good_cannot_make_it_again_and_others_can()
    {
        await using var host = await DevicesHost.StartAsync();
        await RemoveAsync(host, keepsAway: true);

        var late = await CreateAsync(host, "pump");
        var other = await CreateAsync(host, "pump", by: "bob");

        Assert.Equal((ChangeOutcome.Conflict, ChangeOutcome.Applied), (late.Outcome, other.Outcome));
        Assert.Null((await host.ViewAsync(Pump)).IsRemoved);
    }

    [Fact]
    public async Task It_leaves_its_group()
    {
        await using var host = await DevicesHost.StartAsync();
        await CreateAsync(host, "pump");
        var group = GroupPath.Parse("oslo");
        await Proxy(host).InvokeMethodAsync<RegistrationWrite, ChangeReply<DeviceRegistration>>(DeviceActorMethods.WriteRegistration, new RegistrationWrite { SetGroup = true, Group = group, By = "ann", At = Now(host) });
        Assert.Equal(1, (await GroupAsync(host, group)).Members);

        await RemoveAsync(host);

        Assert.Equal(0, (await GroupAsync(host, group)).Members);
    }

    [Fact]
    public async Task One_that_is_made_again_goes_on_with_its_revisions()
    {
        await using var host = await DevicesHost.StartAsync();
        await CreateAsync(host, "pump");
        await RemoveAsync(host);
        var tombstone = await host.ViewAsync(Pump);

        var made = await CreateAsync(host, "valve");

        var view = await host.ViewAsync(Pump);
        Assert.Equal((ChangeOutcome.Applied, "valve", null), (made.Outcome, view.Type, view.IsRemoved));
        Assert.True(view.Revision > tombstone.Revision && view.RegistrationVersion > tombstone.RegistrationVersion);
    }

    [Fact]
    public async Task Draining_takes_back_every_command()
    {
        await using var host = await DevicesHost.StartAsync();
        await CreateAsync(host, "pump");
        await Proxy(host).InvokeMethodAsync<CommandRequest, ChangeReply<DeviceCommand>>(DeviceActorMethods.SendCommand, new CommandRequest { Name = "reboot", By = "ann", At = Now(host) });

        var view = await Proxy(host).InvokeMethodAsync<DeviceDrain, DeviceView>(DeviceActorMethods.Drain, new DeviceDrain("ann", Now(host)));

        Assert.Equal(0, view.OpenCommands);
        Assert.Equal(CommandState.Cancelled, Told(host, EventTypes.CommandChanged, ContractsJson.Default.CommandEvent)[^1].Command.State);
    }

    private static ActorProxy Proxy(DevicesHost host, string type = DeviceActorMethods.ActorType, string id = Pump) =>
        host.Services.GetRequiredService<IActorProxyFactory>().Create(new ActorId(id), type);

    private static Task<ChangeReply<DeviceRegistration>> CreateAsync(DevicesHost host, string type, string by = "ann") =>
        Proxy(host).InvokeMethodAsync<DeviceCreate, ChangeReply<DeviceRegistration>>(DeviceActorMethods.Create, new DeviceCreate { Type = type, By = by, At = Now(host) });

    private static Task<ChangeReply<DeviceRegistration>> RemoveAsync(DevicesHost host, bool keepsAway = false) =>
        Proxy(host).InvokeMethodAsync<DeviceRemoval, ChangeReply<DeviceRegistration>>(DeviceActorMethods.Remove, new DeviceRemoval("ann", Now(host), keepsAway));

    private static Task<ChangeReply<TwinView>> WriteDesiredAsync(DevicesHost host) => Proxy(host).InvokeMethodAsync<DesiredWrite, ChangeReply<TwinView>>(DeviceActorMethods.WriteDesired, new DesiredWrite { Document = JsonSerializer.SerializeToElement(new Dictionary<string, int> { ["interval"] = 5 }), By = "ann", At = Now(host) });

    private static Task<GroupView> GroupAsync(DevicesHost host, GroupPath group) =>
        Proxy(host, GroupActorMethods.ActorType, group.ActorId).InvokeMethodAsync<GroupView>(GroupActorMethods.GetGroup);

    private static List<TEvent> Told<TEvent>(DevicesHost host, string type, JsonTypeInfo<TEvent> json) =>
        [.. host.Runtime.Published.Where(published => published.Metadata["cloudevent.type"] == type).Select(published => JsonSerializer.Deserialize(published.Json, json)!)];

    private static long Now(DevicesHost host) => host.Time.GetUtcNow().ToUnixTimeMilliseconds();
}
