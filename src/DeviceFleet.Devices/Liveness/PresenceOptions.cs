using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Devices.Liveness;

/// <summary>Section <c>Presence</c>.</summary>
internal sealed class PresenceOptions
{
    public const string Section = "Presence";

    /// <summary>After how long a silence an online device counts as stale, where its type names no reporting interval; 1 second to 7 days, default 30 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan StaleAfter { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>After how long a silence it counts as offline; 1 second to 7 days, default 2 minutes. Where it is less than until stale, that counts here too.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan OfflineAfter { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>With more session starts than this within <see cref="FlapWindow"/> a device flaps; 1 to 100, default 5.</summary>
    [Range(1, 100)]
    public int FlapsMax { get; set; } = 5;

    /// <summary>See <see cref="FlapsMax"/>; without a start for as long it is steady again. 1 second to 1 day, default 10 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan FlapWindow { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>When events that could not be published are tried again, and again after as long; 1 second to 1 hour, default 10 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan OutboxRetryAfter { get; set; } = TimeSpan.FromSeconds(10);
}

[OptionsValidator]
internal sealed partial class PresenceOptionsValidator : IValidateOptions<PresenceOptions>;
