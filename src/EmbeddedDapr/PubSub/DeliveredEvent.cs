namespace EmbeddedDapr.PubSub;

/// <summary>What becomes of an event on its way through a subscription.</summary>
internal enum EventFate
{
    /// <summary>Has still to be shown to the app.</summary>
    Open,

    /// <summary>The app took it.</summary>
    Taken,

    /// <summary>Will not be shown again: the app dropped it, it expired, or no rule wants it.</summary>
    Dropped,

    /// <summary>No envelope: another attempt would not help.</summary>
    Unreadable,

    /// <summary>Failed; another attempt may help.</summary>
    Failed,
}

/// <summary>An event while a subscription handles it.</summary>
internal sealed class DeliveredEvent(PubSubDelivery delivery, string plainTopic)
{
    public PubSubDelivery Delivery { get; } = delivery;

    /// <summary>The topic without the namespace of a component that has one.</summary>
    public string PlainTopic { get; } = plainTopic;

    /// <summary>What the app gets: the bytes of the message, or for raw subscriptions an envelope around them.</summary>
    public ReadOnlyMemory<byte> Body { get; set; }

    public EnvelopeFacts Facts { get; set; }

    public AppRoute Route { get; set; }

    /// <summary>In calls of a bulk subscription; the same in each.</summary>
    public string EntryId => field ??= Guid.NewGuid().ToString();

    public EventFate Fate { get; set; }

    /// <summary>It has failed as often as the operator's policy allows.</summary>
    public bool IsGivenUp { get; set; }
}
