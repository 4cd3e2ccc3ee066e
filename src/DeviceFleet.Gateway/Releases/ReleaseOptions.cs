using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Gateway.Releases;

/// <summary>Section <c>Releases</c>: what uploads and downloads of firmware may take.</summary>
internal sealed class ReleaseOptions
{
    public const string Section = "Releases";

    /// <summary>Downloads under way at once, each with about 4 MB in memory; more are answered with 503. 1 to 10,000, default 32.</summary>
    [Range(1, 10_000)]
    public int DownloadsMax { get; set; } = 32;

    /// <summary>Uploads under way at once; more are answered with 503. 1 to 100, default 2.</summary>
    [Range(1, 100)]
    public int UploadsMax { get; set; } = 2;

    /// <summary>Requests for firmware of one device a minute; more are answered with 429. 1 to 10,000, default 30.</summary>
    [Range(1, 10_000)]
    public int RequestsPerMinute { get; set; } = 30;
}

[OptionsValidator]
internal sealed partial class ReleaseOptionsValidator : IValidateOptions<ReleaseOptions>;
