using DeviceFleet.Devices.Ingest;
using DeviceFleet.Devices.Liveness;
using DeviceFleet.Devices.Settings;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Devices.Actors;

/// <summary>What every device actor uses.</summary>
internal sealed class DeviceActorServices(
    IOptions<PresenceOptions> presence, IOptions<IngestOptions> ingest, OutboxSender outbox, DownwardSender downward, SettingsFeed settings, TimeProvider time)
{
    public PresenceOptions Presence { get; } = presence.Value;

    /// <summary>Of a device whose type names no reporting interval.</summary>
    public PresenceLimits DefaultPresence { get; } = PresenceLimits.Of(presence.Value, null);

    public IngestLimits Limits { get; } = new(ingest.Value.ClockAheadMax, ingest.Value.SampleAgeMax);

    public OutboxSender Outbox { get; } = outbox;

    public DownwardSender Downward { get; } = downward;

    public SettingsFeed Settings { get; } = settings;

    public TimeProvider Time { get; } = time;
}
