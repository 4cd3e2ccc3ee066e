using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Provisioning.Sagas;

/// <summary>Section <c>Sagas</c>. A saga keeps what held when it began.</summary>
internal sealed class SagaOptions
{
    public const string Section = "Sagas";

    /// <summary>Attempts at a step before a person is asked; 1 to 100, default 6.</summary>
    [Range(1, 100)]
    public int Attempts { get; set; } = 6;

    /// <summary>The pause after the first failed attempt; 10 milliseconds to 1 hour, default 1 second.</summary>
    [Range(typeof(TimeSpan), "00:00:00.0100000", "01:00:00")]
    public TimeSpan FirstDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>What each further pause is multiplied by; 1 to 10, default 2.</summary>
    [Range(1.0, 10.0)]
    public double Backoff { get; set; } = 2;

    /// <summary>The longest pause between two attempts, also where attempts have no end; 10 milliseconds to 1 day, default 5 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00.0100000", "1.00:00:00")]
    public TimeSpan DelayMax { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a step may take with all its attempts before a person is asked; 1 second to 1 day, default 2 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan StepDeadline { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a saga that is stuck waits for a person before it takes everything back; 1 second to 30 days, default 1 hour.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan StuckTimeout { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long a device may wait for approval before everything is taken back; 1 second to 365 days, default 7 days.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")]
    public TimeSpan ApprovalTimeout { get; set; } = TimeSpan.FromDays(7);

    /// <summary>
    /// Rotation: after how long a new credential is sent once more to a device that has not connected with it, doubled each time; 1 second to 1 day, default 30 seconds. It is also sent
    /// each time the device connects with the old one.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan ResendAfter { get; set; } = TimeSpan.FromSeconds(30);
}

[OptionsValidator]
internal sealed partial class SagaOptionsValidator : IValidateOptions<SagaOptions>;
