using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Provisioning.Identities;

/// <summary>Section <c>Identities</c>.</summary>
internal sealed class IdentityOptions
{
    public const string Section = "Identities";

    /// <summary>When what could not be told of a change is tried again, and again after as long; 1 second to 1 hour, default 10 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan OutboxRetryAfter { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Actor proxies kept for reuse (making one costs ten times a call); 2 to 1,000,000, default 50,000. Beyond it those not used lately are made anew.</summary>
    [Range(2, 1_000_000)]
    public int ProxiesMax { get; set; } = 50_000;
}

[OptionsValidator]
internal sealed partial class IdentityOptionsValidator : IValidateOptions<IdentityOptions>;
