using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Live;
using DeviceFleet.Contracts.Rollouts;
using DeviceFleet.Gateway.Fleet;

namespace DeviceFleet.Gateway.Rollouts;

/// <summary>Body of <c>POST /api/rollouts</c>. What is left out is as said here.</summary>
internal sealed record RolloutRequest
{
    /// <summary>Most ids that targets may name.</summary>
    public const int IdsMax = 500;

    private const int SampleMax = 20;
    private const long MinuteMs = 60_000;

    /// <summary>Its id; left out: made up. The same request with the same id again is the same rollout.</summary>
    public string? Id { get; init; }

    /// <summary>The release.</summary>
    public string? Version { get; init; }

    /// <summary>Whom for.</summary>
    public RolloutTargets? Targets { get; init; }

    /// <summary>Left out: 5 %, watched for 10 minutes; 25 %, watched for 10 minutes; 100 %.</summary>
    public IReadOnlyList<WavePlan>? Waves { get; init; }

    /// <summary>Left out: 10.</summary>
    public double? AbortAbovePercent { get; init; }

    /// <summary>Left out: 1.</summary>
    public int? AbortFailuresMin { get; init; }

    /// <summary>Left out: true.</summary>
    public bool? RollBack { get; init; }

    /// <summary>Left out: 50.</summary>
    public int? Parallel { get; init; }

    /// <summary>Left out: 30 minutes.</summary>
    public long? DeviceTimeoutMs { get; init; }

    /// <summary>Left out: always.</summary>
    public MaintenanceWindow? Window { get; init; }

    public RolloutPlan ToPlan() => new()
    {
        Version = Version ?? string.Empty,
        Waves = Waves ??
        [
            new WavePlan { UpToPercent = 5, SoakMs = 10 * MinuteMs }, new WavePlan { UpToPercent = 25, SoakMs = 10 * MinuteMs }, new WavePlan { UpToPercent = 100 },
        ],
        AbortAbovePercent = AbortAbovePercent ?? 10,
        AbortFailuresMin = AbortFailuresMin ?? 1,
        RollBack = RollBack ?? true,
        Parallel = Parallel ?? 50,
        DeviceTimeoutMs = DeviceTimeoutMs ?? 30 * MinuteMs,
        Window = Window,
    };

    /// <summary>What is wrong with it, as far as it concerns whom it is for; null: nothing.</summary>
    public string? Fault() =>
        string.IsNullOrEmpty(Version) ? "version is missing."
        : Targets is null ? "targets are missing."
        : Targets is { Ids: null, Group: null, Type: null, Tags: null, All: false } ? "targets name no condition; all is one."
        : Targets.Ids?.Count > IdsMax ? $"targets name at most {IdsMax} ids."
        : null;

    /// <summary>
    /// The devices that it is for, in the order in which they are updated: by a hash of version and id, so that the first few are a mixture of all, and others the next time.
    /// </summary>
    public IReadOnlyList<DeviceId> Find(FleetModel model, string version)
    {
        var ids = Targets!.Ids?.ToHashSet();
        return [.. model.Rows().Where(row => (ids is null || ids.Contains(row.Id)) && IsMeant(row)).Select(row => row.Id).OrderBy(id => Place(version, id), StringComparer.Ordinal)];
    }

    public static RolloutTrial ToTrial(IReadOnlyList<DeviceId> devices) => new(devices.Count, [.. devices.Take(SampleMax)]);

    /// <summary>An id for one that has none.</summary>
    public static string NewId(DateTimeOffset now) =>
        string.Create(CultureInfo.InvariantCulture, $"r-{now:yyyyMMdd-HHmmss}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(3))}");

    private static string Place(string version, DeviceId id) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{version}\n{id}")));

    private bool IsMeant(DeviceRow row) =>
        (Targets!.Type is null || row.Type == Targets.Type)
        && (Targets.Group is not { } group || row.Group?.IsIn(group) == true)
        && (Targets.Tags is not { } tags || tags.All(tag => row.Tags is { } own && own.TryGetValue(tag.Key, out var value) && value == tag.Value));
}

/// <summary>Answer of a dry run.</summary>
/// <param name="Devices">How many devices it would be for.</param>
/// <param name="Sample">The first of them.</param>
internal sealed record RolloutTrial(int Devices, IReadOnlyList<DeviceId> Sample);

/// <summary>Body of what people do with a rollout; may be left out.</summary>
/// <param name="Reason">Why; null: not said.</param>
internal sealed record RolloutReason(string? Reason);
