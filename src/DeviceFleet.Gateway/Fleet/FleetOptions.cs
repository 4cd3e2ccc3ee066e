using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Gateway.Fleet;

/// <summary>Section <c>Fleet</c>.</summary>
internal sealed class FleetOptions
{
    public const string Section = "Fleet";

    /// <summary>Time between two batches of updates to browsers; 100 milliseconds to 10 seconds, default 100 milliseconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:10")]
    public TimeSpan UpdateInterval { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Recent samples kept for charts, of all devices together; each device has its share, at least 60 and at most 600. 1,000 to 100,000,000, default 1,000,000
    /// (some 50 MB with four metrics).
    /// </summary>
    [Range(1_000, 100_000_000)]
    public int RecentSamplesMax { get; set; } = 1_000_000;

    /// <summary>Actors asked at once when the fleet is loaded at start; 1 to 256, default 16.</summary>
    [Range(1, 256)]
    public int LoadParallelism { get; set; } = 16;
}

[OptionsValidator]
internal sealed partial class FleetOptionsValidator : IValidateOptions<FleetOptions>;
