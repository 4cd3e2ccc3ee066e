using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;

namespace DeviceFleet.Gateway.Provisioning;

/// <summary>An enrolment as it is to be.</summary>
internal sealed record EnrolmentOrder
{
    /// <summary>For one device: its hardware id; left out: for a group.</summary>
    public string? HardwareId { get; init; }

    /// <summary>How devices prove that they are meant; default: symmetric-key.</summary>
    public ProofKind? Proof { get; init; }

    /// <summary>Symmetric key, base64 of 32 bytes; left out: a new enrolment gets one, a known one keeps its own.</summary>
    public string? Key { get; init; }

    /// <summary>Whether it lets anyone in; default: true.</summary>
    public bool? IsEnabled { get; init; }

    /// <summary>Until when, Unix milliseconds UTC; left out: no end.</summary>
    public long? ExpiresAt { get; init; }

    /// <summary>Hardware ids that alone come in; <c>*</c> at the end stands for the rest.</summary>
    public IReadOnlyList<string>? Allow { get; init; }

    /// <summary>Hardware ids that do not.</summary>
    public IReadOnlyList<string>? Deny { get; init; }

    /// <summary>X.509: SHA-256 fingerprints, hex.</summary>
    public IReadOnlyList<string>? Fingerprints { get; init; }

    /// <summary>What devices get.</summary>
    public Allocation? Allocation { get; init; }

    /// <summary>A person has to approve each; default: false.</summary>
    public bool? NeedsApproval { get; init; }

    /// <summary>Whether a device that lost its credential may come in anew; default: true.</summary>
    public bool? MayReprovision { get; init; }

    /// <summary>How long a device may take to connect, milliseconds; default: ten minutes.</summary>
    public long? ConnectWithinMs { get; init; }

    public EnrolmentWrite ToWrite(string id, long? ifVersion, string by, long at) => new()
    {
        Enrolment = new Enrolment
        {
            Id = id,
            Version = 0,
            HardwareId = HardwareId,
            Proof = Proof ?? ProofKind.SymmetricKey,
            IsEnabled = IsEnabled ?? true,
            ExpiresAt = ExpiresAt,
            Allow = Allow ?? [],
            Deny = Deny ?? [],
            Fingerprints = Fingerprints ?? [],
            Allocation = Allocation ?? new Allocation(),
            NeedsApproval = NeedsApproval ?? false,
            MayReprovision = MayReprovision ?? true,
            ConnectWithinMs = ConnectWithinMs ?? (long)EnrolmentLimits.ConnectWithinDefault.TotalMilliseconds,
            By = by,
            At = at,
        },
        Key = Key,
        IfVersion = ifVersion,
        By = by,
        At = at,
    };
}

/// <summary>Asks for claim codes.</summary>
internal sealed record CodesOrder
{
    /// <summary>How many.</summary>
    public required int Count { get; init; }

    /// <summary>When they end, Unix milliseconds UTC; left out: with the enrolment.</summary>
    public long? ExpiresAt { get; init; }

    /// <summary>The group for devices that redeem them; left out: the enrolment's.</summary>
    public GroupPath? Group { get; init; }
}
