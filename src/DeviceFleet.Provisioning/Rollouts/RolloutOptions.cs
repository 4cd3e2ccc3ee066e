using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Provisioning.Rollouts;

/// <summary>Section <c>Rollouts</c>.</summary>
internal sealed class RolloutOptions
{
    public const string Section = "Rollouts";

    /// <summary>How often a rollout looks at its devices; 100 milliseconds to 10 minutes, default 2 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan TickInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>After how long it looks again where there is nothing to see, as when it is paused; what people do wakes it at once. 1 second to 1 hour, default 1 minute.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan IdleInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Looks after which its workflow begins a new history; 10 to 10,000, default 200.</summary>
    [Range(10, 10_000)]
    public int TicksPerHistory { get; set; } = 200;

    /// <summary>Devices looked at in one tick, beside those under way; those that are only watched come by turns. 10 to 10,000, default 500.</summary>
    [Range(10, 10_000)]
    public int LooksPerTickMax { get; set; } = 500;

    /// <summary>Orders written in one go; 10 to 10,000, default 500.</summary>
    [Range(10, 10_000)]
    public int OrdersPerTickMax { get; set; } = 500;

    /// <summary>Calls of device actors under way at once; 1 to 64, default 16.</summary>
    [Range(1, 64)]
    public int CallsMax { get; set; } = 16;

    /// <summary>How long a device may be away while its wave is watched; then it counts as failed. 1 second to 1 day, default 5 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan AwayMax { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a device may say that it installed a version while it reports another; then it counts as failed. 1 second to 1 day, default 1 minute.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan ClaimMax { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How often a rollout tells of itself while only its counts move; 0 to 1 minute, default 1 second. Changes of its state are told at once.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan TellInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How often it is made sure that a rollout's workflow runs and that all was told; 1 second to 1 hour, default 1 minute.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan KeepInterval { get; set; } = TimeSpan.FromMinutes(1);

    public RolloutBounds Bounds => new((long)AwayMax.TotalMilliseconds, (long)ClaimMax.TotalMilliseconds, (long)IdleInterval.TotalMilliseconds);
}

[OptionsValidator]
internal sealed partial class RolloutOptionsValidator : IValidateOptions<RolloutOptions>;
