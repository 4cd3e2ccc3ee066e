using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Provisioning.Credentials;

/// <summary>Section <c>Credentials</c>.</summary>
internal sealed class CredentialOptions
{
    public const string Section = "Credentials";

    /// <summary>
    /// Rounds of PBKDF2-HMAC-SHA512 of each new credential; 1,000 to 10,000,000, default 4,000: about 2 ms on one core of a small server. Secrets are 256 random bits, which no number
    /// of rounds makes harder to guess; the rounds are there should anybody ever put a weaker one in their place.
    /// </summary>
    [Range(1_000, 10_000_000)]
    public int Iterations { get; set; } = 4_000;

    /// <summary>Passwords that wait for their hash, while half of the processors are at it; with more the device is told to come again. 1 to 1,000,000, default 2,000.</summary>
    [Range(1, 1_000_000)]
    public int HashesWaitingMax { get; set; } = 2_000;

    /// <summary>
    /// Passwords known to match, so that they need no hash when they come again; 2 to 10,000,000, default 200,000, about 100 bytes each. They are known by a keyed hash whose key ends
    /// with the process. Beyond it those not used lately are hashed again.
    /// </summary>
    [Range(2, 10_000_000)]
    public int ProvenMax { get; set; } = 200_000;

    /// <summary>
    /// Passwords of one device that are hashed in vain within <see cref="WrongWindow"/>; then it is told to come again, unless its password is known to match. 1 to 10,000, default 10.
    /// </summary>
    [Range(1, 10_000)]
    public int WrongMax { get; set; } = 10;

    /// <summary>The same for all user names together that nobody has; 1 to 1,000,000, default 1,000.</summary>
    [Range(1, 1_000_000)]
    public int UnknownMax { get; set; } = 1_000;

    /// <summary>See <see cref="WrongMax"/>; 1 second to 1 hour, default 30 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan WrongWindow { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Connections that wait for being told to their identity; with more CONNACK waits. 1 to 1,000,000, default 20,000.</summary>
    [Range(1, 1_000_000)]
    public int NoticesWaitingMax { get; set; } = 20_000;
}

[OptionsValidator]
internal sealed partial class CredentialOptionsValidator : IValidateOptions<CredentialOptions>;
