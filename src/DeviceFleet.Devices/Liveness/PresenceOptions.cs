using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Devices.Liveness;

/// <summary>Section <c>Presence</c>.</summary>
internal sealed class PresenceOptions
{
    public const string Section = "Presence";

    /// <summary>After how long a silence an online device counts as offline; 1 second to 7 days, default 2 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan OfflineAfter { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>When events that could not be published are tried again, and again after as long; 1 second to 1 hour, default 10 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan OutboxRetryAfter { get; set; } = TimeSpan.FromSeconds(10);
}

[OptionsValidator]
internal sealed partial class PresenceOptionsValidator : IValidateOptions<PresenceOptions>;
