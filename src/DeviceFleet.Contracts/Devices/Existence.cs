namespace DeviceFleet.Contracts.Devices;

/// <summary>Asks a device's actor to be a device.</summary>
public sealed record DeviceCreate
{
    /// <summary>Id of its type; null: none.</summary>
    public string? Type { get; init; }

    /// <summary>Tags.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init => field = value ?? new Dictionary<string, string>(); } = new Dictionary<string, string>();

    /// <summary>Who asks, at most 128 characters.</summary>
    public required string By { get; init; }

    /// <summary>When, Unix milliseconds UTC.</summary>
    public required long At { get; init; }
}

/// <summary>Asks that nothing be under way any more.</summary>
/// <param name="By">Who asks.</param>
/// <param name="At">Unix milliseconds UTC.</param>
public sealed record DeviceDrain(string By, long At);

/// <summary>Asks that the device be no more.</summary>
/// <param name="By">Who asks.</param>
/// <param name="At">Unix milliseconds UTC.</param>
/// <param name="KeepsAway">
/// Whether who asks cannot make the device again: what a saga took back stays away, also when one of its activities comes late. Also where there was no device.
/// </param>
public sealed record DeviceRemoval(string By, long At, bool KeepsAway = false);

/// <summary>Event on topic <c>device-events</c>, type <see cref="Messaging.EventTypes.DeviceRemoved"/>.</summary>
/// <param name="DeviceId">Which.</param>
/// <param name="Revision">Newer than all that was told of it before; whoever makes it again goes on from there.</param>
/// <param name="By">Who asked for it.</param>
/// <param name="At">Unix milliseconds UTC.</param>
public sealed record DeviceRemovedEvent(DeviceId DeviceId, long Revision, string By, long At);
