using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Devices.Ingest;

/// <summary>Section <c>Ingest</c>.</summary>
internal sealed class IngestOptions
{
    public const string Section = "Ingest";

    /// <summary>Environment in which <see cref="FaultAcknowledgeBeforeCommit"/> is allowed.</summary>
    public const string FaultEnvironment = "FaultInjection";

    /// <summary>How far ahead of receipt a sample may say it was measured; 0 to 366 days, default 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "366.00:00:00")]
    public TimeSpan ClockAheadMax { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How old a sample may be at receipt; 1 minute to 3,660 days, default 366 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "3660.00:00:00")]
    public TimeSpan SampleAgeMax { get; set; } = TimeSpan.FromDays(366);

    /// <summary>
    /// Actor proxies kept for reuse (making one costs ten times a call); 2 to 1,000,000, default 50,000. Beyond it those not used lately are made anew.
    /// </summary>
    [Range(2, 1_000_000)]
    public int ProxiesMax { get; set; } = 50_000;

    /// <summary>
    /// A deliberate fault for tests: telemetry is answered before it is stored. Default false; refused at start unless the environment is
    /// named <see cref="FaultEnvironment"/>.
    /// </summary>
    public bool FaultAcknowledgeBeforeCommit { get; set; }
}

[OptionsValidator]
internal sealed partial class IngestOptionsValidator : IValidateOptions<IngestOptions>;

/// <summary>Keeps the deliberate fault out of every environment but its own.</summary>
internal sealed class FaultInjectionValidator(IHostEnvironment environment) : IValidateOptions<IngestOptions>
{
    public ValidateOptionsResult Validate(string? name, IngestOptions options) =>
        !options.FaultAcknowledgeBeforeCommit || environment.IsEnvironment(IngestOptions.FaultEnvironment)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(
                $"{IngestOptions.Section}:{nameof(IngestOptions.FaultAcknowledgeBeforeCommit)} loses telemetry on purpose and is for tests: it works only when the "
                + $"environment is named '{IngestOptions.FaultEnvironment}', here it is '{environment.EnvironmentName}'.");
}
