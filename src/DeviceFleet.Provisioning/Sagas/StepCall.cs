using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;

namespace DeviceFleet.Provisioning.Sagas;

/// <summary>Input of every activity of a saga. It holds no secret: histories are kept.</summary>
/// <param name="Order">The saga.</param>
/// <param name="Progress">How far it is after this, for the identity.</param>
/// <param name="Before">What there was before; null: the saga has not come to look.</param>
/// <param name="Begun">The last step that was begun.</param>
internal sealed record StepCall(SagaOrder Order, SagaProgress Progress, DeviceBefore? Before, string Begun);

/// <summary>What there was of the device before the saga touched it, found out by its reserve step: all that taking back has to know.</summary>
/// <param name="WasThere">The device had a twin.</param>
/// <param name="HadDesired">Somebody had configured it.</param>
/// <param name="Group">The group it was in.</param>
internal sealed record DeviceBefore(bool WasThere, bool HadDesired, GroupPath? Group);

/// <summary>What an activity came to. What it could not do at all for now it throws.</summary>
internal sealed record StepResult
{
    /// <summary>Done, or done before.</summary>
    public static StepResult Done { get; } = new();

    /// <summary>Why it is refused for good; null: done.</summary>
    public string? Refused { get; init; }

    /// <summary>The identity says that the saga has ended well already.</summary>
    public bool HasEnded { get; init; }

    /// <summary>Refused, because the identity says that this saga is being taken back, or was.</summary>
    public bool IsTakenBack { get; init; }

    /// <summary>What there was before, where this found it out.</summary>
    public DeviceBefore? Before { get; init; }

    /// <summary>Refused.</summary>
    public static StepResult No(string why) => new() { Refused = why };
}
