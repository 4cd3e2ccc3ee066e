using Dapr.Actors;

namespace DeviceFleet.Contracts.Groups;

/// <summary>
/// One group. Called through a JSON proxy with the names in <see cref="GroupActorMethods"/>; its id is <see cref="Devices.GroupPath.ActorId"/>. Membership is on disk
/// before it answers; roll-ups are on disk within seconds, and right again by themselves after a crash.
/// </summary>
public interface IGroupActor : IActor
{
    /// <summary>A member comes or goes. The newest version of a member wins, so order and repetition do not matter.</summary>
    Task<GroupChangeReply> SetMember(GroupMembership change);

    /// <summary>What members, or groups below, look like now. Those that are no members are ignored.</summary>
    Task<GroupView> Observe(GroupObservations observations);

    /// <summary>The group now.</summary>
    Task<GroupView> GetGroup();

    /// <summary>Members in order of their ids.</summary>
    Task<GroupMembers> GetMembers(GroupMembersQuery query);
}

/// <summary>Names of <see cref="IGroupActor"/>'s methods on the wire.</summary>
public static class GroupActorMethods
{
    /// <summary>The actor type.</summary>
    public const string ActorType = "Group";

    /// <summary><see cref="IGroupActor.SetMember"/>.</summary>
    public const string SetMember = nameof(IGroupActor.SetMember);

    /// <summary><see cref="IGroupActor.Observe"/>.</summary>
    public const string Observe = nameof(IGroupActor.Observe);

    /// <summary><see cref="IGroupActor.GetGroup"/>.</summary>
    public const string GetGroup = nameof(IGroupActor.GetGroup);

    /// <summary><see cref="IGroupActor.GetMembers"/>.</summary>
    public const string GetMembers = nameof(IGroupActor.GetMembers);
}
