using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Rollouts;

namespace DeviceFleet.Provisioning.Rollouts;

/// <summary>What a device's actor said of it.</summary>
internal sealed record RolloutObservation
{
    public required DeviceId DeviceId { get; init; }

    /// <summary>When it was asked, Unix milliseconds UTC.</summary>
    public required long At { get; init; }

    /// <summary>It could not be asked, and all else says nothing.</summary>
    public bool IsUnknown { get; init; }

    /// <summary>There is such a device.</summary>
    public bool IsThere { get; init; }

    /// <summary>It is connected.</summary>
    public bool IsOnline { get; init; }

    /// <summary>Its boot; null: it does not say.</summary>
    public long? Boot { get; init; }

    /// <summary>Version of its reported twin.</summary>
    public long ReportedVersion { get; init; }

    /// <summary>What it reports of its firmware; null: nothing.</summary>
    public FirmwareReport? Firmware { get; init; }

    /// <summary>The rollout whose order is in its desired twin; null: none is.</summary>
    public string? OrderedBy { get; init; }

    /// <summary>It has a critical alarm.</summary>
    public bool IsCritical { get; init; }
}
