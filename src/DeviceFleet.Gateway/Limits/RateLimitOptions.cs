using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Gateway.Limits;

/// <summary>Section <c>RateLimits</c>: what one user may ask for. Before signing in, an address counts as a user.</summary>
internal sealed class RateLimitOptions
{
    public const string Section = "RateLimits";

    /// <summary>REST requests and hub calls a second, lasting; 1 to 100,000, default 50.</summary>
    [Range(1, 100_000)]
    public int PerSecond { get; set; } = 50;

    /// <summary>The same at once, after a rest; 1 to 1,000,000, default 200.</summary>
    [Range(1, 1_000_000)]
    public int Burst { get; set; } = 200;
}

[OptionsValidator]
internal sealed partial class RateLimitOptionsValidator : IValidateOptions<RateLimitOptions>;
