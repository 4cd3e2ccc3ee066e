using Dapr.Actors.Runtime;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Groups;
using DeviceFleet.ServiceDefaults.Actors;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Devices.Groups;

/// <summary>
/// One group. Who is in it is stored before it answers; what they look like is stored by a timer, and after a crash asked for again. It calls the group above in a turn, never
/// a device or a group below: those call it in turns of their own.
/// </summary>
internal sealed class GroupActor(
    ActorHost host, GroupActors groups, GroupFeed feed, GroupLooks looks, GroupMetrics metrics, IOptions<GroupOptions> options, TimeProvider time, IActorStateManagerFactory? stateManagers = null)
    : DurableActor(host, stateManagers), IGroupActor
{
    private const string TickTimer = "tick";

    /// <summary>Devices asked at one tick; the others at the next.</summary>
    private const int LooksPerTickMax = 500;

    private readonly GroupPath _path = GroupPath.FromActorId(host.Id.GetId());

    /// <summary>The group as it is stored and more; null: to be read. A turn that fails leaves null, so that nothing is told that is not stored.</summary>
    private GroupState? _state;
    private StoredGroup _stored = new();
    private long? _tickAt;

    public async Task<GroupChangeReply> SetMember(GroupMembership change)
    {
        var state = await TakeAsync();
        var outcome = state.SetMember(change);
        if (outcome == ChangeOutcome.Applied)
        {
            var shard = GroupStorage.ShardOf(change.DeviceId);
            await StateManager.SetStateAsync(GroupStorage.MembersKey(shard), state.StoredMembers(shard));
            await StoreBaseAsync(_stored with { MemberShards = _stored.MemberShards | (1ul << shard) });
            await SaveStateAsync();
        }

        await TellAboveAsync(state);
        await GiveBackAsync(state);
        return new GroupChangeReply(outcome);
    }

    public async Task<GroupView> Observe(GroupObservations observations)
    {
        var state = await TakeAsync();
        var now = Now();
        foreach (var seen in observations.Members)
        {
            state.Observe(seen, now);
        }

        var isNew = false;
        foreach (var seen in observations.Children)
        {
            isNew |= !state.HasChild(seen.Path);
            if (!state.Observe(seen))
            {
                metrics.CountFull();
            }
        }

        if (isNew)
        {
            // Of a group below it must know for good: nobody would tell it again.
            await StoreBaseAsync(_stored with { Children = state.Children });
            await SaveStateAsync();
            await TellAboveAsync(state);
        }

        return await ViewAsync(state);
    }

    public async Task<GroupView> GetGroup() => await ViewAsync(await TakeAsync());

    public async Task<GroupMembers> GetMembers(GroupMembersQuery query)
    {
        var state = await TakeAsync();
        await GiveBackAsync(state);
        return state.MembersAfter(query.After, Math.Clamp(query.Limit, 1, 1_000));
    }

    /// <summary>The timer's turn: stores what is to be stored, and has those asked of whom nothing came.</summary>
    public async Task Tick()
    {
        _tickAt = null;
        var state = await TakeAsync();
        await CheckpointAsync(state);
        var now = Now();
        var overdue = state.Overdue(now, LooksPerTickMax);
        state.NoteAsked(overdue, now);
        foreach (var device in overdue)
        {
            looks.Ask(_path, device);
        }

        await GiveBackAsync(state);
    }

    protected override async Task OnDeactivateAsync()
    {
        if (_state is { } state)
        {
            await CheckpointAsync(state);
        }
    }

    /// <summary>The state, which is this turn's until it gives it back.</summary>
    private async Task<GroupState> TakeAsync()
    {
        var state = _state ?? await LoadAsync();
        _state = null;
        return state;
    }

    private async Task GiveBackAsync(GroupState state)
    {
        await TickNoLaterAsync(state);
        _state = state;
    }

    private async Task<GroupView> ViewAsync(GroupState state)
    {
        var view = state.View(Now());
        await GiveBackAsync(state);
        return view;
    }

    private async Task<GroupState> LoadAsync()
    {
        var known = await ReadAsync<StoredGroup>(GroupStorage.BaseKey);
        _stored = known ?? new StoredGroup();
        var members = new List<StoredMembers>();
        var seen = new List<StoredSeen>();
        for (var shard = 0; shard < GroupStorage.Shards; shard++)
        {
            if ((_stored.MemberShards & (1ul << shard)) != 0 && await ReadAsync<StoredMembers>(GroupStorage.MembersKey(shard)) is { } stored)
            {
                members.Add(stored);
            }

            if ((_stored.SeenShards & (1ul << shard)) != 0 && await ReadAsync<StoredSeen>(GroupStorage.SeenKey(shard)) is { } looked)
            {
                seen.Add(looked);
            }
        }

        var state = GroupState.Load(_path, _stored, members, seen, await ReadAsync<StoredLook>(GroupStorage.LookKey), Now());
        if (known is not null)
        {
            feed.Offer(_path); // the group above may have missed what a crash took
        }

        return state;
    }

    private async Task<T?> ReadAsync<T>(string key)
        where T : class
    {
        var stored = await StateManager.TryGetStateAsync<T>(key);
        return stored.HasValue ? stored.Value : null;
    }

    private async Task StoreBaseAsync(StoredGroup next)
    {
        _stored = next;
        await StateManager.SetStateAsync(GroupStorage.BaseKey, next);
    }

    private async Task CheckpointAsync(GroupState state)
    {
        if (!state.IsUnsaved)
        {
            return;
        }

        foreach (var (shard, seen) in state.StoredSeen())
        {
            await StateManager.SetStateAsync(GroupStorage.SeenKey(shard), seen);
        }

        await StateManager.SetStateAsync(GroupStorage.LookKey, state.StoredLook());
        if ((_stored.SeenShards | state.UnsavedSeen) != _stored.SeenShards)
        {
            await StoreBaseAsync(_stored with { SeenShards = _stored.SeenShards | state.UnsavedSeen });
        }

        await SaveStateAsync();
        state.NoteSaved();
    }

    /// <summary>Makes the path upward, once: every group on it knows of the one below before the first member's membership counts as told.</summary>
    private async Task TellAboveAsync(GroupState state)
    {
        if (_stored.IsKnownAbove)
        {
            return;
        }

        if (_path.Parent is { } above)
        {
            var view = state.View(Now());
            var child = new ChildObservation(_path, view.Revision, view.Rollup);
            await groups.ObserveAsync(above, new GroupObservations { Children = [child] }, CancellationToken.None);
        }

        await StoreBaseAsync(_stored with { IsKnownAbove = true });
        await SaveStateAsync();
    }

    private async Task TickNoLaterAsync(GroupState state)
    {
        var now = Now();
        var soon = now + (long)options.Value.CheckpointAfter.TotalMilliseconds;
        var due = state.IsUnsaved ? soon : state.NextLook() is { } look ? Math.Max(look, soon) : (long?)null;
        if (due is { } at && (_tickAt is not { } set || at < set))
        {
            await RegisterTimerAsync(TickTimer, nameof(Tick), null, TimeSpan.FromMilliseconds(at - now), TimeSpan.FromMilliseconds(-1));
            _tickAt = at;
        }
    }

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
