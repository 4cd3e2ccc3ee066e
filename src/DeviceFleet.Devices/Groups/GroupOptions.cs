using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Devices.Groups;

/// <summary>Section <c>Groups</c>.</summary>
internal sealed class GroupOptions
{
    public const string Section = "Groups";

    /// <summary>How often a group is told of its members at most; 100 milliseconds to 1 minute, default 1 second.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a roll-up may be ahead of the disk; 1 second to 5 minutes, default 5 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan CheckpointAfter { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Devices whose news wait for the next call of their group; beyond it news are dropped, and the group asks the device within a minute. 100 to 1,000,000, default 100,000.</summary>
    [Range(100, 1_000_000)]
    public int WaitingMax { get; set; } = 100_000;

    /// <summary>Calls under way at once: of groups, and of devices that groups ask for; 1 to 64, default 8.</summary>
    [Range(1, 64)]
    public int CallsMax { get; set; } = 8;
}

[OptionsValidator]
internal sealed partial class GroupOptionsValidator : IValidateOptions<GroupOptions>;
