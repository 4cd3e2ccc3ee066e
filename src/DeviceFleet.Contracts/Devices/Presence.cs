using System.Text.Json.Serialization;

namespace DeviceFleet.Contracts.Devices;

/// <summary>Whether a device is there.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Presence>))]
public enum Presence
{
    /// <summary>Never heard of since it was named.</summary>
    [JsonStringEnumMemberName("unknown")]
    Unknown,

    /// <summary>It said so, or sends.</summary>
    [JsonStringEnumMemberName("online")]
    Online,

    /// <summary>Its last will, its own word, or silence said so.</summary>
    [JsonStringEnumMemberName("offline")]
    Offline,
}

/// <summary>Payload of <c>fleet/{id}/status</c>, retained and also the last will: <c>{online, boot, reason?}</c>.</summary>
public sealed record StatusReport
{
    /// <summary>There or gone.</summary>
    public required bool Online { get; init; }

    /// <summary>The start of the device that says so; a lower one than known is stale and changes nothing.</summary>
    public long? Boot { get; init; }

    /// <summary>Free text, at most 200 characters.</summary>
    public string? Reason { get; init; }

    /// <summary>When the service took it, Unix milliseconds UTC; set by the service, not by the device.</summary>
    public long ReceivedAt { get; init; }
}

/// <summary>Answer to a status report.</summary>
/// <param name="Presence">Presence after it.</param>
/// <param name="Changed">Whether it changed.</param>
/// <param name="Revision">The device's revision.</param>
public sealed record StatusReply(Presence Presence, bool Changed, long Revision);

/// <summary>
/// What is known of a device: answer of <see cref="IDeviceActor.GetView"/> and of REST <c>GET /api/devices/{id}</c>.
/// </summary>
public sealed record DeviceView
{
    /// <summary>Which.</summary>
    public required DeviceId DeviceId { get; init; }

    /// <summary>Rises by one each turn that saved.</summary>
    public required long Revision { get; init; }

    /// <summary>Whether it is there.</summary>
    public required Presence Presence { get; init; }

    /// <summary>Since when, Unix milliseconds UTC; null when unknown.</summary>
    public long? PresenceSince { get; init; }

    /// <summary>First message, Unix milliseconds UTC; null: never.</summary>
    public long? FirstSeen { get; init; }

    /// <summary>Newest message, Unix milliseconds UTC; null: never.</summary>
    public long? LastSeen { get; init; }

    /// <summary>The boot counted now.</summary>
    public long? Boot { get; init; }

    /// <summary>The highest seq of that boot.</summary>
    public long? Seq { get; init; }

    /// <summary>Connects (changes to online) since first seen.</summary>
    public required long Connects { get; init; }

    /// <summary>Newest value by metric.</summary>
    public required IReadOnlyDictionary<string, double> Metrics { get; init; }

    /// <summary>When these were measured, Unix milliseconds UTC.</summary>
    public long? MetricsAt { get; init; }

    /// <summary>Counts.</summary>
    public required DeviceTotals Totals { get; init; }

    /// <summary>The newest refusal, one of <see cref="RejectionReasons"/>; null: none yet.</summary>
    public string? LastRejection { get; init; }
}

/// <summary>Event on topic <c>device-events</c>, type <see cref="Messaging.EventTypes.PresenceChanged"/>.</summary>
public sealed record PresenceEvent
{
    /// <summary>Whose.</summary>
    public required DeviceId DeviceId { get; init; }

    /// <summary>Now.</summary>
    public required Presence Presence { get; init; }

    /// <summary>When it changed, Unix milliseconds UTC.</summary>
    public required long At { get; init; }

    /// <summary>Why: the device's reason, or <c>silence</c>, <c>telemetry</c>.</summary>
    public string? Reason { get; init; }

    /// <summary>The device after the change.</summary>
    public required DeviceView View { get; init; }
}
