using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Provisioning.Claims;

/// <summary>Section <c>Claims</c>: how many claims are looked at in a minute, by each instance of the service. What is more is refused as <c>too-many-claims</c>.</summary>
internal sealed class ClaimOptions
{
    public const string Section = "Claims";

    /// <summary>Claims a minute under one claim id, and over REST of one hardware; 1 to 1,000,000, default 60.</summary>
    [Range(1, 1_000_000)]
    public int PerClaimant { get; set; } = 60;

    /// <summary>Claims a minute under one enrolment, whether there is one of that name or not; 1 to 10,000,000, default 30,000.</summary>
    [Range(1, 10_000_000)]
    public int PerEnrolment { get; set; } = 30_000;

    /// <summary>Claims a minute in all; 1 to 10,000,000, default 60,000.</summary>
    [Range(1, 10_000_000)]
    public int InAll { get; set; } = 60_000;
}

[OptionsValidator]
internal sealed partial class ClaimOptionsValidator : IValidateOptions<ClaimOptions>;
