namespace DeviceFleet.Simulator;

/// <summary>
/// What a run came to. A sample is counted once as sent, however often it went out: <c>Sent = Acknowledged + Failed + Pending</c>, always.
/// </summary>
public sealed record SimulatorSummary
{
    /// <summary>Devices that were to run.</summary>
    public required int Devices { get; init; }

    /// <summary>Of these, refused for good: by the broker before they ever were connected, or for good when they claimed an identity.</summary>
    public required int DevicesRefused { get; init; }

    /// <summary>Of these, without an identity when the run ended.</summary>
    public required int DevicesWithoutIdentity { get; init; }

    /// <summary>Connections made with an identity, repeated ones included.</summary>
    public required long Connects { get; init; }

    /// <summary>Samples that went out at least once.</summary>
    public required long Sent { get; init; }

    /// <summary>Of these, acknowledged.</summary>
    public required long Acknowledged { get; init; }

    /// <summary>Of these, answered with a reason code of 0x80 or above; never sent again.</summary>
    public required long Failed { get; init; }

    /// <summary>Of these, without an answer when the run ended.</summary>
    public required long Pending { get; init; }

    /// <summary>Samples taken that never went out.</summary>
    public required long Unsent { get; init; }

    /// <summary>Sends beyond a sample's first.</summary>
    public required long Resent { get; init; }

    /// <summary>Samples not taken because a device's buffer was full.</summary>
    public required long Skipped { get; init; }

    /// <summary>Commands executed.</summary>
    public required long Commands { get; init; }

    /// <summary>Commands that came again and were answered again, not executed again.</summary>
    public required long CommandsAgain { get; init; }

    /// <summary>Commands that had expired when they came, and were left.</summary>
    public required long CommandsTooLate { get; init; }

    /// <summary>Reports of twins that went out.</summary>
    public required long TwinReports { get; init; }

    /// <summary>Claims made, repeated ones included.</summary>
    public required long Claims { get; init; }

    /// <summary>Claims that were refused, for now or for good.</summary>
    public required long ClaimsRefused { get; init; }

    /// <summary>Devices that had no identity and were given one.</summary>
    public required long Provisioned { get; init; }

    /// <summary>Identities given to devices whose own the broker refused.</summary>
    public required long ProvisionedAnew { get; init; }

    /// <summary>New credentials that devices took on, and the broker took from them.</summary>
    public required long Rotated { get; init; }

    /// <summary>New credentials that the broker refused, so that devices went back to the old ones.</summary>
    public required long RotationsRefused { get; init; }

    /// <summary>Time from a device's first attempt to provision itself until it was connected with what it was given.</summary>
    public required LatencyPercentiles ProvisioningLatency { get; init; }

    /// <summary>From the first connection attempt until the last device had stopped.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Time from a sample's first send to its acknowledgement.</summary>
    public required LatencyPercentiles Latency { get; init; }

    /// <summary>The newest errors, newest first, at most 5.</summary>
    public required IReadOnlyList<string> Errors { get; init; }

    /// <summary>Everything that was taken is acknowledged, every device has an identity, and none was turned away.</summary>
    public bool IsComplete => Sent == Acknowledged && Unsent == 0 && DevicesRefused == 0 && DevicesWithoutIdentity == 0 && Connects > 0;

    /// <summary>0 when complete, else 2.</summary>
    public int ExitCode => IsComplete ? 0 : 2;
}

/// <summary>A distribution of times in milliseconds; all 0 when nothing was measured.</summary>
/// <param name="P50">Median.</param>
/// <param name="P90">90 % are not above.</param>
/// <param name="P99">99 % are not above.</param>
/// <param name="P999">99.9 % are not above.</param>
/// <param name="Max">The longest.</param>
public readonly record struct LatencyPercentiles(double P50, double P90, double P99, double P999, double Max);
