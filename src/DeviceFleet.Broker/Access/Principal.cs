using DeviceFleet.Contracts.Devices;

namespace DeviceFleet.Broker.Access;

/// <summary>Who a connection belongs to.</summary>
/// <param name="Device">The device; null: the runtime's account.</param>
internal sealed record Principal(DeviceId? Device)
{
    public static Principal Runtime { get; } = new((DeviceId?)null);

    public bool IsRuntime => Device is null;
}

/// <summary>Why something is not allowed.</summary>
/// <param name="Reason">One of <see cref="RejectionReasons"/>.</param>
/// <param name="Detail">For a person; never a secret.</param>
internal sealed record Refusal(string Reason, string Detail);
