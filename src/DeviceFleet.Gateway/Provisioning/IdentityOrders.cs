using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;

namespace DeviceFleet.Gateway.Provisioning;

/// <summary>Asks that a device be registered by hand.</summary>
internal sealed record RegisterOrder
{
    /// <summary>Id of its type.</summary>
    public string? Type { get; init; }

    /// <summary>Its group.</summary>
    public GroupPath? Group { get; init; }

    /// <summary>Tags.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <summary>Why, for the audit.</summary>
    public string? Reason { get; init; }
}

/// <summary>Why something is done, for the audit.</summary>
/// <param name="Reason">At most <see cref="IdentityLimits.ReasonLengthMax"/> characters; null: not said.</param>
internal sealed record ReasonNote(string? Reason);

/// <summary>Asks for one more credential.</summary>
/// <param name="ExpiresAt">When it ends, Unix milliseconds UTC; null: never.</param>
/// <param name="Reason">Why, for the audit.</param>
internal sealed record CredentialOrder(long? ExpiresAt, string? Reason);

/// <summary>Devices to register by hand, 1 to <see cref="ImportApi.DevicesMax"/>.</summary>
/// <param name="Devices">Each with an id of its own.</param>
internal sealed record ImportOrder(IReadOnlyList<ImportDevice> Devices);

/// <summary>One of them.</summary>
internal sealed record ImportDevice
{
    /// <summary>Its id.</summary>
    public required DeviceId Id { get; init; }

    /// <summary>Id of its type.</summary>
    public string? Type { get; init; }

    /// <summary>Its group.</summary>
    public GroupPath? Group { get; init; }

    /// <summary>Tags.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }
}

/// <summary>What became of an import.</summary>
/// <param name="Devices">In the order of the request.</param>
internal sealed record ImportResult(IReadOnlyList<ImportedDevice> Devices);

/// <summary>What became of one device.</summary>
internal sealed record ImportedDevice
{
    /// <summary>Which.</summary>
    public required DeviceId DeviceId { get; init; }

    /// <summary>What became of it; only <c>applied</c> has a secret.</summary>
    public required ChangeOutcome Outcome { get; init; }

    /// <summary>Its credential.</summary>
    public string? CredentialId { get; init; }

    /// <summary>Its password, told this once.</summary>
    public string? Secret { get; init; }

    /// <summary>Why not.</summary>
    public string? Detail { get; init; }
}
