using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace DeviceFleet.ServiceDefaults.Publishing;

/// <summary>Section <c>Publishing</c>, for each topic alike.</summary>
public sealed class PublishingOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Publishing";

    /// <summary>
    /// Most events of one bulk call; 1 to 10,000, default 100. A single message with more of them is still sent whole. About 45 KB: a call's buffers stay below the
    /// size from which on the garbage collector treats them as large and collects everything for their sake.
    /// </summary>
    [Range(1, 10_000)]
    public int BatchMax { get; set; } = 100;

    /// <summary>Bulk calls under way at once; 1 to 256, default 4.</summary>
    [Range(1, 256)]
    public int CallsMax { get; set; } = 4;

    /// <summary>Messages that wait for the next bulk call; when full, the next one waits for a place. 1 to 1,000,000, default 4,096.</summary>
    [Range(1, 1_000_000)]
    public int QueueMax { get; set; } = 4_096;

    /// <summary>After how long a bulk call without an answer has failed; 1 second to 10 minutes, default 30 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);
}

[OptionsValidator]
internal sealed partial class PublishingOptionsValidator : IValidateOptions<PublishingOptions>;
