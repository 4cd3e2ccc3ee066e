using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Groups;

namespace DeviceFleet.Devices.Actors;

/// <summary>Something that leaves once the change that it tells of is stored; exactly one member is there.</summary>
internal sealed record OutboxItem
{
    public PresenceEvent? Presence { get; init; }

    public RegistrationEvent? Registration { get; init; }

    public TwinEvent? Twin { get; init; }

    public CommandEvent? Command { get; init; }

    public AlarmEvent? Alarm { get; init; }

    public DeviceRemovedEvent? Removed { get; init; }

    /// <summary>A call of a group's actor.</summary>
    public MembershipCall? Membership { get; init; }

    /// <summary>The same, where it holds a view of this revision with this view: what one turn tells must not show the device in two states.</summary>
    public OutboxItem Seen(DeviceView view) => this switch
    {
        { Presence: { } presence } when presence.View.Revision == view.Revision => new() { Presence = presence with { View = view } },
        { Registration: { } registration } when registration.View.Revision == view.Revision => new() { Registration = registration with { View = view } },
        { Twin: { } twin } when twin.View.Revision == view.Revision => new() { Twin = twin with { View = view } },
        { Command: { } command } when command.View.Revision == view.Revision => new() { Command = command with { View = view } },
        { Alarm: { } alarm } when alarm.View.Revision == view.Revision => new() { Alarm = alarm with { View = view } },
        _ => this,
    };

    /// <summary>What it tells of: of two items with the same subject the newer one says all that the older one said.</summary>
    public string Subject() => this switch
    {
        { Presence: not null } => "presence",
        { Registration: not null } => "registration",
        { Twin: { } twin } => "twin/" + twin.Part,
        { Command: { } command } => "command/" + command.Command.Id,
        { Alarm: { } alarm } => "alarm/" + alarm.Alarm.Rule.Id, // a rule's next alarm says that the one before is over
        { Removed: not null } => "removed",
        { Membership: { } membership } => "membership/" + membership.Group.Value,
        _ => throw new InvalidOperationException("An empty outbox item."),
    };
}

/// <summary>Tells a group that the device is its member, or no more.</summary>
/// <param name="Group">Which group.</param>
/// <param name="Change">What it is told.</param>
internal sealed record MembershipCall(GroupPath Group, GroupMembership Change);

/// <summary>
/// The outbox as a list, oldest first. Up to <see cref="ItemsMax"/> every change is told; beyond it an item takes the place of an older one with the same subject. As
/// presence, registration and twin are four subjects, and commands, alarms and groups are bounded themselves, so is the outbox, and what is told last is always true.
/// </summary>
internal static class Outbox
{
    /// <summary>From how many items on they are collapsed.</summary>
    public const int ItemsMax = 32;

    /// <summary>
    /// From how many items on a device takes no new commands. Each command is a subject of its own; while nothing can be published, ever new ones would fill the state.
    /// </summary>
    public const int CommandsStopAt = 128;

    public static IReadOnlyList<OutboxItem> With(this IReadOnlyList<OutboxItem> items, OutboxItem item)
    {
        if (items.Count < ItemsMax)
        {
            return [.. items, item];
        }

        var subject = item.Subject();
        var older = items.Index().Where(entry => entry.Item.Subject() == subject).Select(entry => entry.Index).FirstOrDefault(-1);
        return older < 0 ? [.. items, item] : [.. items.Take(older), .. items.Skip(older + 1), item];
    }
}
