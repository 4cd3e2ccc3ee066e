using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Provisioning.Sagas;

/// <summary>Section <c>Faults</c>: deliberate faults, for tests. Refused at start unless the environment is named <see cref="Environment"/>.</summary>
internal sealed class FaultOptions
{
    public const string Section = "Faults";

    /// <summary>Environment in which faults are allowed.</summary>
    public const string Environment = "FaultInjection";

    /// <summary>Share of a saga's activities that fail, half of them before they did anything and half after; 0 to 0.9, default 0.</summary>
    [Range(0.0, 0.9)]
    public double Activities { get; set; }

    /// <summary>Seed of the choice; default 1.</summary>
    public int Seed { get; set; } = 1;
}

[OptionsValidator]
internal sealed partial class FaultOptionsValidator : IValidateOptions<FaultOptions>;

/// <summary>Keeps deliberate faults out of every environment but their own.</summary>
internal sealed class FaultEnvironmentValidator(IHostEnvironment environment) : IValidateOptions<FaultOptions>
{
    public ValidateOptionsResult Validate(string? name, FaultOptions options) =>
        options.Activities == 0 || environment.IsEnvironment(FaultOptions.Environment)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(
                $"{FaultOptions.Section}:{nameof(FaultOptions.Activities)} makes sagas fail on purpose and is for tests: it works only when the environment is named "
                + $"'{FaultOptions.Environment}', here it is '{environment.EnvironmentName}'.");
}

/// <summary>Makes activities fail by <see cref="FaultOptions"/>. Thread-safe.</summary>
internal sealed class ActivityFaults(IOptions<FaultOptions> options)
{
    private readonly Lock _gate = new();
    private readonly double _share = options.Value.Activities;
#pragma warning disable CA5394 // which activity fails is no secret
    private readonly Random _random = new(options.Value.Seed);

    /// <summary>Throws now and then.</summary>
    /// <param name="moment">Before or after what, for the message.</param>
    /// <exception cref="DeliberateFaultException">Now.</exception>
    public void MayFail(string moment)
    {
        if (_share == 0)
        {
            return;
        }

        bool fails;
        lock (_gate)
        {
            fails = _random.NextDouble() < _share / 2;
        }

        if (fails)
        {
            throw new DeliberateFaultException($"A deliberate fault {moment}.");
        }
    }
#pragma warning restore CA5394
}

/// <summary>A fault that a test asked for.</summary>
internal sealed class DeliberateFaultException(string message) : Exception(message);
