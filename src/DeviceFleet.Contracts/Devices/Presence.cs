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

    /// <summary>Online, but silent for longer than it should be.</summary>
    [JsonStringEnumMemberName("stale")]
    Stale,

    /// <summary>Its last will, its own word, or a long silence said so.</summary>
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

    /// <summary>Id of its type: what operators assigned, else what it says itself (reported <c>deviceType</c>); null: none.</summary>
    public string? Type { get; init; }

    /// <summary>The group it is in; null: none.</summary>
    public GroupPath? Group { get; init; }

    /// <summary>Tags by name; null: none.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <summary>Version of the registration; 0: none.</summary>
    public long RegistrationVersion { get; init; }

    /// <summary>What it says of its firmware (reported <c>firmware</c>), at most 64 characters; null: nothing.</summary>
    public string? Firmware { get; init; }

    /// <summary>The twin in short.</summary>
    public TwinSummary Twin { get; init => field = value ?? TwinSummary.None; } = TwinSummary.None;

    /// <summary>Its alarms in short.</summary>
    public AlarmSummary Alarms { get; init => field = value ?? AlarmSummary.None; } = AlarmSummary.None;

    /// <summary>Commands that have not ended.</summary>
    public int OpenCommands { get; init; }

    /// <summary>Its sessions.</summary>
    public SessionSummary Sessions { get; init => field = value ?? SessionSummary.None; } = SessionSummary.None;

    /// <summary>True: it is no more, and only its revision says anything. Null: it is there.</summary>
    public bool? IsRemoved { get; init; }
}

/// <summary>A twin in short.</summary>
/// <param name="DesiredVersion">Version of desired.</param>
/// <param name="ReportedVersion">Version of reported.</param>
/// <param name="PendingSince">Since when reported is behind desired, Unix milliseconds UTC; null: in step.</param>
public sealed record TwinSummary(long DesiredVersion, long ReportedVersion, long? PendingSince)
{
    /// <summary>Never written.</summary>
    public static TwinSummary None { get; } = new(0, 0, null);
}

/// <summary>Alarms in short.</summary>
/// <param name="Active">Not cleared.</param>
/// <param name="Unacknowledged">Of these: not acknowledged.</param>
/// <param name="Severity">The worst of these; null: none.</param>
public sealed record AlarmSummary(int Active, int Unacknowledged, AlarmSeverity? Severity)
{
    /// <summary>None.</summary>
    public static AlarmSummary None { get; } = new(0, 0, null);
}

/// <summary>Sessions of a device. A session lasts from a change to online until the next change to offline.</summary>
/// <param name="Disconnects">Sessions that ended.</param>
/// <param name="Since">When the current one began, Unix milliseconds UTC; null: there is none.</param>
/// <param name="OnlineMs">How long the ended ones lasted together, milliseconds.</param>
/// <param name="IsFlapping">Whether sessions lately began more often than they should.</param>
public sealed record SessionSummary(long Disconnects, long? Since, long OnlineMs, bool IsFlapping)
{
    /// <summary>None.</summary>
    public static SessionSummary None { get; } = new(0, null, 0, false);
}

/// <summary>Event on topic <c>device-events</c>, type <see cref="Messaging.EventTypes.PresenceChanged"/>: presence, or whether it flaps, changed.</summary>
public sealed record PresenceEvent
{
    /// <summary>Whose.</summary>
    public required DeviceId DeviceId { get; init; }

    /// <summary>Now.</summary>
    public required Presence Presence { get; init; }

    /// <summary>When it changed, Unix milliseconds UTC.</summary>
    public required long At { get; init; }

    /// <summary>Why: the device's reason, or <c>silence</c>, <c>telemetry</c>, <c>flapping</c>, <c>steady</c>.</summary>
    public string? Reason { get; init; }

    /// <summary>The device after the change.</summary>
    public required DeviceView View { get; init; }
}
