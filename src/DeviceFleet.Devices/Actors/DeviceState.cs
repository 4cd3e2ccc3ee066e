using System.Text.Json.Serialization;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Devices.Alarms;
using DeviceFleet.Devices.Commands;
using DeviceFleet.Devices.Groups;
using DeviceFleet.Devices.Ingest;
using DeviceFleet.Devices.Twin;

namespace DeviceFleet.Devices.Actors;

/// <summary>
/// What is stored of a device under the key that every turn writes: what telemetry changes, and of everything else only what the turns of telemetry need to know. Twin,
/// commands and alarms are parts under keys of their own (<see cref="DeviceTurn"/>), so that a sample does not write 64 KiB of documents again. Immutable; whatever
/// changes it reads no clock and does no I/O.
/// </summary>
internal sealed record DeviceState
{
    public required DeviceId DeviceId { get; init; }

    /// <summary>Rises by one each turn that saves.</summary>
    public long Revision { get; init; }

    /// <summary>When it was removed, Unix milliseconds UTC: this is a tombstone, and only <c>Create</c> makes a device of it again. Null: it was not.</summary>
    public long? RemovedAt { get; init; }

    /// <summary>Who cannot make a device of the tombstone; null: everybody can.</summary>
    public string? KeptFrom { get; init; }

    public Presence Presence { get; init; }

    public long? PresenceSince { get; init; }

    public long? FirstSeen { get; init; }

    public long? LastSeen { get; init; }

    /// <summary>The newest boot that a status report named; telemetry counts its own in <see cref="Window"/>.</summary>
    public long? StatusBoot { get; init; }

    public SequenceWindow? Window { get; init; }

    public long Connects { get; init; }

    public IReadOnlyDictionary<string, double> Metrics { get; init => field = value ?? NoMetrics; } = NoMetrics;

    public long? MetricsAt { get; init; }

    public DeviceTotals Totals { get; init => field = value ?? DeviceTotals.Zero; } = DeviceTotals.Zero;

    public string? LastRejection { get; init; }

    public DeviceRegistration Registration { get; init => field = value ?? NoRegistration; } = NoRegistration;

    public TwinDigest Twin { get; init => field = value ?? TwinDigest.None; } = TwinDigest.None;

    public CommandDigest Commands { get; init => field = value ?? CommandDigest.None; } = CommandDigest.None;

    public AlarmSummary Alarms { get; init => field = value ?? AlarmSummary.None; } = AlarmSummary.None;

    /// <summary>What alarm rules remember, by rule id; those that have nothing to remember are not here.</summary>
    public IReadOnlyList<RuleMemory> Rules { get; init => field = value ?? []; } = [];

    public SessionSummary Sessions { get; init => field = value ?? SessionSummary.None; } = SessionSummary.None;

    /// <summary>When the newest sessions began, oldest first, as many as tell whether it flaps, Unix milliseconds UTC.</summary>
    public IReadOnlyList<long> RecentStarts { get; init => field = value ?? []; } = [];

    /// <summary>What is stored with the change that it tells of, until it is published; oldest first.</summary>
    public IReadOnlyList<OutboxItem> Outbox { get; init => field = value ?? []; } = [];

    public static IReadOnlyDictionary<string, double> NoMetrics { get; } = new Dictionary<string, double>();

    public static DeviceRegistration NoRegistration { get; } = new() { Version = 0 };

    /// <summary>Id of the device's type: an operator's word before its own.</summary>
    [JsonIgnore]
    public string? Type => Registration.Type ?? Twin.DeviceType;

    /// <summary>Whether it is connected, as far as anybody knows.</summary>
    [JsonIgnore]
    public bool IsConnected => Presence is Presence.Online or Presence.Stale;

    public static DeviceState New(DeviceId id) => new() { DeviceId = id };

    public DeviceView ToView() => new()
    {
        DeviceId = DeviceId,
        Revision = Revision,
        Presence = Presence,
        PresenceSince = PresenceSince,
        FirstSeen = FirstSeen,
        LastSeen = LastSeen,
        Boot = Window?.Boot,
        Seq = Window?.Highest,
        Connects = Connects,
        Metrics = Metrics,
        MetricsAt = MetricsAt,
        Totals = Totals,
        LastRejection = LastRejection,
        Type = Type,
        Group = Registration.Group,
        Tags = Registration.Tags.Count == 0 ? null : Registration.Tags,
        RegistrationVersion = Registration.Version,
        Firmware = Twin.Firmware,
        Twin = new TwinSummary(Twin.DesiredVersion, Twin.ReportedVersion, Twin.PendingSince),
        Alarms = Alarms,
        OpenCommands = Commands.Open,
        Sessions = Sessions,
        IsRemoved = RemovedAt is null ? null : true,
    };
}

/// <summary>The twin, as far as turns that do not read it need it.</summary>
/// <param name="DesiredVersion">Version of desired.</param>
/// <param name="ReportedVersion">Version of reported.</param>
/// <param name="PendingSince">Since when reported is behind, Unix milliseconds UTC; null: in step.</param>
/// <param name="DeviceType">What the device says its type is (reported <c>deviceType</c>, where that could be one); null: nothing.</param>
/// <param name="Firmware">What it says its firmware is (reported <c>firmware</c>), at most 64 characters; null: nothing.</param>
/// <param name="Unsent">Whether the device should be sent desired, and the broker did not take it yet.</param>
internal sealed record TwinDigest(long DesiredVersion, long ReportedVersion, long? PendingSince, string? DeviceType, string? Firmware, bool Unsent = false)
{
    public static TwinDigest None { get; } = new(0, 0, null, null, null);
}

/// <summary>The commands, as far as turns that do not read them need them.</summary>
/// <param name="Open">How many have not ended.</param>
/// <param name="Undelivered">Of these: how many wait for delivery, or for being delivered again to a device that came back.</param>
/// <param name="NextDue">When the next of them expires or times out, Unix milliseconds UTC; null: none is open.</param>
internal sealed record CommandDigest(int Open, int Undelivered, long? NextDue)
{
    public static CommandDigest None { get; } = new(0, 0, null);
}

/// <summary>JSON of the stored state.</summary>
[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(DeviceState))]
[JsonSerializable(typeof(TwinState))]
[JsonSerializable(typeof(CommandBook))]
[JsonSerializable(typeof(AlarmBook))]
[JsonSerializable(typeof(StoredGroup))]
[JsonSerializable(typeof(StoredMembers))]
[JsonSerializable(typeof(StoredSeen))]
[JsonSerializable(typeof(StoredLook))]
internal sealed partial class DeviceStateJson : JsonSerializerContext;
