using System.Text.Json.Serialization;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Devices.Ingest;

namespace DeviceFleet.Devices.Twin;

/// <summary>
/// All that is stored of a device, under one key. Immutable; the transitions in <see cref="DeviceTransitions"/> read no clock and do no I/O.
/// </summary>
internal sealed record DeviceState
{
    /// <summary>Most events that wait to be published. Beyond it the oldest goes: a newer presence of the same device says all that it said.</summary>
    public const int OutboxMax = 32;

    public required DeviceId DeviceId { get; init; }

    /// <summary>Rises by one each turn that saves.</summary>
    public long Revision { get; init; }

    public Presence Presence { get; init; }

    public long? PresenceSince { get; init; }

    public long? FirstSeen { get; init; }

    public long? LastSeen { get; init; }

    /// <summary>The newest boot that a status report named; telemetry counts its own in <see cref="Window"/>.</summary>
    public long? StatusBoot { get; init; }

    public SequenceWindow? Window { get; init; }

    public long Connects { get; init; }

    public IReadOnlyDictionary<string, double> Metrics { get; init; } = NoMetrics;

    public long? MetricsAt { get; init; }

    public DeviceTotals Totals { get; init; } = DeviceTotals.Zero;

    public string? LastRejection { get; init; }

    /// <summary>Events stored with the change that they tell of, until they are published; oldest first.</summary>
    public IReadOnlyList<PresenceEvent> Outbox { get; init; } = [];

    public static IReadOnlyDictionary<string, double> NoMetrics { get; } = new Dictionary<string, double>();

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
    };
}

/// <summary>JSON of the stored state.</summary>
[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(DeviceState))]
internal sealed partial class DeviceStateJson : JsonSerializerContext;
