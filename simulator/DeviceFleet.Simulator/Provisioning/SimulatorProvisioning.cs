using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;

namespace DeviceFleet.Simulator.Provisioning;

/// <summary>How devices without an identity get one.</summary>
public sealed record SimulatorProvisioning
{
    /// <summary>The group enrolment that lets them in.</summary>
    public required string EnrolmentId { get; init; }

    /// <summary>Its symmetric key, 32 bytes.</summary>
    public required ReadOnlyMemory<byte> Key { get; init; }

    /// <summary>
    /// How long an answer is waited for before the device asks again, with a new nonce; it doubles each time, up to <see cref="AskAgainMax"/>. Where an answer says that it is
    /// to wait longer, so long. Default: 5 s.
    /// </summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest wait between two claims of one device that the service did not name. Default: 60 s.</summary>
    public TimeSpan AskAgainMax { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often a device whose identity the broker refuses may provision itself anew: at most once in this time. Default: 1 minute.</summary>
    public TimeSpan AnewAfter { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Everything that is wrong with it; empty: nothing.</summary>
    internal IEnumerable<string> Faults()
    {
        if (!DeviceId.TryParse(EnrolmentId, out _))
        {
            yield return "enrolment must be an id: A-Z a-z 0-9 . _ -, first a letter or digit";
        }

        if (Key.Length != EnrolmentLimits.KeyBytes)
        {
            yield return $"enrolment key must have {EnrolmentLimits.KeyBytes} bytes";
        }

        if (AnswerTimeout <= TimeSpan.Zero || AskAgainMax < AnswerTimeout || AnewAfter < TimeSpan.Zero)
        {
            yield return "times of provisioning must be above nothing";
        }
    }
}
