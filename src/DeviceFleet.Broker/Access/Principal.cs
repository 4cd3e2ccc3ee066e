using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Broker.Access;

/// <summary>What kind of client a connection belongs to.</summary>
internal enum PrincipalKind
{
    /// <summary>A device with an identity.</summary>
    Device,

    /// <summary>A device without one, that asks to be let in.</summary>
    Claim,

    /// <summary>The runtime's account.</summary>
    Runtime,
}

/// <summary>Who a connection belongs to.</summary>
/// <param name="Kind">What kind of client.</param>
/// <param name="Id">Device id, or claim id; nothing for the runtime.</param>
internal sealed record Principal(PrincipalKind Kind, DeviceId Id)
{
    public static Principal Runtime { get; } = new(PrincipalKind.Runtime, default);

    public bool IsRuntime => Kind == PrincipalKind.Runtime;

    public bool IsClaim => Kind == PrincipalKind.Claim;

    /// <summary>The device; null: none that is known.</summary>
    public DeviceId? Device => Kind == PrincipalKind.Device ? Id : null;

    public static Principal OfDevice(DeviceId id) => new(PrincipalKind.Device, id);

    public static Principal OfClaim(DeviceId claimId) => new(PrincipalKind.Claim, claimId);
}

/// <summary>Why something is not allowed.</summary>
/// <param name="Reason">One of <see cref="RejectionReasons"/>.</param>
/// <param name="Detail">For a person; never a secret.</param>
internal sealed record Refusal(string Reason, string Detail);
