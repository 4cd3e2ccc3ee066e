using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Gateway.Auth;

/// <summary>Section <c>Auth</c>.</summary>
internal sealed class AuthOptions
{
    public const string Section = "Auth";

    /// <summary>
    /// Address of an OIDC authority whose tokens are taken as bearer tokens. Default none: then the gateway signs its own with the key in
    /// <see cref="KeyFile"/> and hands out sign-in links.
    /// </summary>
    public string? Authority { get; set; }

    /// <summary>The audience that the authority's tokens must name; default <c>devicefleet</c>.</summary>
    [Required]
    public string Audience { get; set; } = "devicefleet";

    /// <summary>The claim that holds a user's role (<c>viewer</c>, <c>operator</c> or <c>admin</c>); default <c>role</c>.</summary>
    [Required]
    public string RoleClaim { get; set; } = "role";

    /// <summary>
    /// File of the local key, made at first start and readable by its owner only; default <c>devicefleet/gateway.key</c> in the user's local application data.
    /// </summary>
    [Required]
    public string KeyFile { get; set; } = Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "devicefleet", "gateway.key");

    /// <summary>How long a sign-in link works; 1 minute to 1 day, default 15 minutes.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan LinkLifetime { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How long a browser stays signed in; 5 minutes to 30 days, default 12 hours.</summary>
    [Range(typeof(TimeSpan), "00:05:00", "30.00:00:00")]
    public TimeSpan SessionLifetime { get; set; } = TimeSpan.FromHours(12);
}

[OptionsValidator]
internal sealed partial class AuthOptionsValidator : IValidateOptions<AuthOptions>;
