using System.Text.Json;
using System.Text.Json.Serialization;

namespace DeviceFleet.Provisioning.Rollouts;

/// <summary>
/// How a rollout lies in the store: devices in chunks in the order of the plan, which is the order in which they are updated. So a tick of a rollout to 10,000 devices writes the one or two
/// chunks that its devices under way are in, about 20 KB each.
/// </summary>
internal static class RolloutStorage
{
    /// <summary>Devices of one chunk; stored, so it must never change.</summary>
    public const int ChunkSize = 128;

    public const string HeadKey = "rollout";

    public static string DevicesKey(int chunk) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"devices-{chunk}");

    public static int ChunksOf(int devices) => (devices + ChunkSize - 1) / ChunkSize;
}

/// <summary>A chunk of devices.</summary>
internal sealed record StoredEntries(IReadOnlyList<RolloutEntry> Devices);

/// <summary>JSON of what rollouts and releases store, and of what the workflow and its actor tell each other.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(RolloutHead))]
[JsonSerializable(typeof(StoredEntries))]
[JsonSerializable(typeof(StoredRelease))]
[JsonSerializable(typeof(RolloutWatch))]
[JsonSerializable(typeof(RolloutSight))]
[JsonSerializable(typeof(RolloutTasks))]
[JsonSerializable(typeof(RolloutTasksDone))]
[JsonSerializable(typeof(RolloutTurn))]
[JsonSerializable(typeof(RolloutStage))]
internal sealed partial class RolloutStateJson : JsonSerializerContext;
