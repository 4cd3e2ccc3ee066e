using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Groups;
using DeviceFleet.Devices.Actors;
using DeviceFleet.Devices.Groups;
using DeviceFleet.Devices.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;

namespace DeviceFleet.Devices.Tests.Groups;

/// <summary>Groups and their devices through the SDK.</summary>
public sealed class GroupActorTests
{
    private static readonly GroupPath Line1 = GroupPath.Parse("oslo/line-1");
    private static readonly GroupPath Line2 = GroupPath.Parse("oslo/line-2");
    private static readonly GroupPath Oslo = GroupPath.Parse("oslo");

    [Fact]
    public async Task Who_is_assigned_to_a_group_is_its_member_on_disk_and_the_path_above_knows_of_it()
    {
        await using var host = await DevicesHost.StartAsync();
        using var telemetry = await host.SendTelemetryAsync("pump-1", """{"boot":1,"seq":0,"metrics":{"t":20}}""");

        await AssignAsync(host, Line2);

        Assert.Contains(host.Runtime.ActorState, entry => entry.Key.StartsWith("Group||oslo.line-2||members-", StringComparison.Ordinal) && entry.Value.Contains("pump-1", StringComparison.Ordinal));
        var line = await GroupAsync(host, Line2);
        Assert.Equal((1L, 1L, 20.0), (line.Members, line.Rollup.Online, line.Rollup.Metrics["t"].Sum));
        Assert.Equal([Line2], (await GroupAsync(host, Oslo)).Children);
    }

    [Fact]
    public async Task A_move_is_finished_after_a_crash_between_leaving_and_joining()
    {
        var host = await DevicesHost.StartAsync();
        await AssignAsync(host, Line1);
        host.Runtime.RefusesTurnsOf = actor => actor == "Group/oslo.line-2";
        await AssignAsync(host, Line2);
        Assert.Equal(0, (await GroupAsync(host, Line1)).Members);
        var runtime = host.Runtime;
        await host.StopAsync();
        runtime.RefusesTurnsOf = _ => false;

        await using var restarted = await DevicesHost.StartOnAsync(runtime, host.Time);
        await runtime.FireAsync("pump-1", DeviceActor.WakeReminder);

        Assert.Equal((0L, 1L), ((await GroupAsync(restarted, Line1)).Members, (await GroupAsync(restarted, Line2)).Members));
    }

    [Fact]
    public async Task A_membership_that_comes_late_and_is_older_changes_nothing()
    {
        await using var host = await DevicesHost.StartAsync();
        var groups = host.Services.GetRequiredService<GroupActors>();
        var leave = new GroupMembership { DeviceId = DeviceId.Parse("pump-1"), Version = 2, IsMember = false };

        var first = await groups.SetMemberAsync(Line1, leave, CancellationToken.None);
        var late = await groups.SetMemberAsync(Line1, leave with { Version = 1, IsMember = true }, CancellationToken.None);

        Assert.Equal((ChangeOutcome.Applied, ChangeOutcome.Unchanged), (first.Outcome, late.Outcome));
        Assert.Equal(0, (await GroupAsync(host, Line1)).Members);
    }

    [Fact]
    public async Task A_membership_that_was_not_stored_does_not_count()
    {
        await using var host = await DevicesHost.StartAsync();
        var groups = host.Services.GetRequiredService<GroupActors>();
        var join = new GroupMembership { DeviceId = DeviceId.Parse("pump-1"), Version = 1, IsMember = true };
        host.Runtime.FailSaves = true;

        await Assert.ThrowsAnyAsync<Exception>(() => groups.SetMemberAsync(Line1, join, CancellationToken.None));
        host.Runtime.FailSaves = false;

        Assert.Equal(0, (await GroupAsync(host, Line1)).Members);
        Assert.Equal(ChangeOutcome.Applied, (await groups.SetMemberAsync(Line1, join, CancellationToken.None)).Outcome);
    }

    [Fact]
    public async Task What_members_look_like_is_stored_by_the_timer_and_on_leaving_memory()
    {
        await using var host = await DevicesHost.StartAsync();
        await AssignAsync(host, Line1);
        var groups = host.Services.GetRequiredService<GroupActors>();
        await groups.ObserveAsync(Line1, Seen(Presence.Online, 100), CancellationToken.None);
        Assert.DoesNotContain(host.Runtime.ActorState.Values, value => value.Contains("\"revision\":100", StringComparison.Ordinal));

        await host.Runtime.TickAsync("Group", Line1.ActorId, "tick");
        Assert.Contains(host.Runtime.ActorState.Values, value => value.Contains("\"revision\":100", StringComparison.Ordinal));

        await groups.ObserveAsync(Line1, Seen(Presence.Stale, 101), CancellationToken.None);
        await host.Runtime.DeactivateAsync(Line1.ActorId, "Group");
        Assert.Equal(1, (await GroupAsync(host, Line1)).Rollup.Stale);
    }

    [Fact]
    public async Task A_group_that_nobody_is_in_is_empty_and_asking_for_it_stores_nothing()
    {
        await using var host = await DevicesHost.StartAsync();

        var view = await GroupAsync(host, Line1);

        Assert.Equal((0L, 0L), (view.Members, view.Rollup.Devices));
        Assert.Empty(host.Runtime.ActorState);
        Assert.Empty(host.Runtime.Timers);
    }

    private static GroupObservations Seen(Presence presence, long revision) =>
        new() { Members = [new MemberObservation { DeviceId = DeviceId.Parse("pump-1"), Revision = revision, Presence = presence }] };

    private static Task<GroupView> GroupAsync(DevicesHost host, GroupPath group) => host.Services.GetRequiredService<GroupActors>().GetGroupAsync(group, CancellationToken.None);

    private static async Task AssignAsync(DevicesHost host, GroupPath group)
    {
        var write = new RegistrationWrite { SetGroup = true, Group = group, By = "ann", At = host.Time.GetUtcNow().ToUnixTimeMilliseconds() };
        var reply = await host.Services.GetRequiredService<DeviceActors>().WriteRegistrationAsync(DeviceId.Parse("pump-1"), write, CancellationToken.None);
        Assert.Equal(ChangeOutcome.Applied, reply.Outcome);
    }
}
