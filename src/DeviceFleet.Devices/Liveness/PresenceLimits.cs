namespace DeviceFleet.Devices.Liveness;

/// <summary>By what one device's presence is judged.</summary>
/// <param name="StaleAfterMs">Silence after which it is stale, milliseconds.</param>
/// <param name="OfflineAfterMs">Silence after which it is offline, milliseconds; never less than until stale.</param>
/// <param name="FlapsMax">Session starts within the window that are not flapping yet.</param>
/// <param name="FlapWindowMs">The window, milliseconds.</param>
internal sealed record PresenceLimits(long StaleAfterMs, long OfflineAfterMs, int FlapsMax, long FlapWindowMs)
{
    /// <summary>Reporting intervals without a word until a device of a type that names one is stale (see <see cref="Contracts.Devices.DeviceType.ReportingInterval"/>).</summary>
    private const int IntervalsUntilStale = 3;

    /// <summary>And until it is offline: a type that reports once an hour has to be stale for a while before it is given up.</summary>
    private const int IntervalsUntilOffline = 6;

    /// <summary>The limits of a device whose type names this interval; null: it names none.</summary>
    public static PresenceLimits Of(PresenceOptions options, TimeSpan? reportingInterval)
    {
        var stale = (long)((reportingInterval * IntervalsUntilStale) ?? options.StaleAfter).TotalMilliseconds;
        var typical = (long)((reportingInterval * IntervalsUntilOffline) ?? TimeSpan.Zero).TotalMilliseconds;
        var offline = Math.Max((long)options.OfflineAfter.TotalMilliseconds, Math.Max(stale, typical));
        return new PresenceLimits(stale, offline, options.FlapsMax, (long)options.FlapWindow.TotalMilliseconds);
    }
}
