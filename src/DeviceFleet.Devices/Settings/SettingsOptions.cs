using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Devices.Settings;

/// <summary>Section <c>Settings</c>.</summary>
internal sealed class SettingsOptions
{
    public const string Section = "Settings";

    /// <summary>How often all settings are read although no change was told, for a store that loses one; 1 second to 1 day, default 1 minute.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan PollEvery { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Longest wait before what failed is tried again; the first is 1 second, each next one twice as long. 1 second to 1 hour, default 30 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan RetryAfterMax { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a turn waits at start until it is known which settings are in force, before it fails; 1 second to 10 minutes, default 15 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan LoadTimeout { get; set; } = TimeSpan.FromSeconds(15);
}

[OptionsValidator]
internal sealed partial class SettingsOptionsValidator : IValidateOptions<SettingsOptions>;
