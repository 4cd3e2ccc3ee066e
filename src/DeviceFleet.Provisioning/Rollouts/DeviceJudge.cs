using System.Globalization;
using DeviceFleet.Contracts.Rollouts;

namespace DeviceFleet.Provisioning.Rollouts;

/// <summary>
/// What an observation makes of a device. Pure. A device is believed when it says that something went wrong; that it runs what it was told to is believed only of a version that it reports
/// while it is connected.
/// </summary>
/// <param name="rollout">Id of the rollout.</param>
/// <param name="version">What devices are to run.</param>
/// <param name="bounds">How long is waited for what.</param>
internal sealed class DeviceJudge(string rollout, string version, RolloutBounds bounds)
{
    private const string Removed = "The device was removed.";
    private const string Overruled = "Another order took the place of this one.";
    private const int ErrorLengthMax = 200;

    /// <summary>The device's turn: it is told to update, unless there is no need.</summary>
    public RolloutEntry Begin(RolloutEntry entry, RolloutObservation seen, long now)
    {
        if (!seen.IsThere)
        {
            return entry.Become(RolloutDeviceState.Skipped, now, "There is no such device.");
        }

        if (seen.Firmware is { } firmware && firmware.Version == version && !FirmwareStates.IsFailed(firmware.State))
        {
            return entry.Become(RolloutDeviceState.Skipped, now);
        }

        return entry.Become(RolloutDeviceState.Offered, now) with
        {
            Before = seen.Firmware?.Version,
            BegunAt = now,
            Boot = seen.Boot,
            WasCritical = seen.IsCritical,
        };
    }

    /// <summary>How far a device is that was told to update.</summary>
    public RolloutEntry Follow(RolloutEntry entry, RolloutObservation seen, long now)
    {
        if (seen.IsUnknown)
        {
            return entry;
        }

        if (WrongWithOrder(entry, seen) is { } wrong)
        {
            return entry.Become(RolloutDeviceState.Failed, now, wrong);
        }

        if (seen.Firmware is not { } firmware)
        {
            return entry;
        }

        var isOurs = IsAbout(firmware, version);
        if (isOurs && FirmwareStates.IsFailed(firmware.State))
        {
            return entry.Become(RolloutDeviceState.Failed, now, ErrorOf(firmware));
        }

        if (firmware.Version == version && seen.IsOnline && !FirmwareStates.IsBusy(firmware.State))
        {
            return Watch(entry.Become(RolloutDeviceState.Updated, now), seen, now);
        }

        if (!isOurs || firmware.State == FirmwareStates.Idle)
        {
            return entry;
        }

        if (firmware.State == FirmwareStates.Installed && firmware.Version != version)
        {
            return Doubt(entry, firmware, seen, now);
        }

        return Updating(entry, now);
    }

    /// <summary>Whether a device that was updated is well.</summary>
    public RolloutEntry Watch(RolloutEntry entry, RolloutObservation seen, long now)
    {
        if (seen is { IsUnknown: false, IsThere: false })
        {
            return entry.Become(RolloutDeviceState.Failed, now, Removed);
        }

        if (!seen.IsUnknown && seen.Firmware?.Version != version)
        {
            return entry.Become(RolloutDeviceState.Failed, now, $"It ran {version}, and now reports {seen.Firmware?.Version ?? "nothing"}.");
        }

        if (seen is { IsUnknown: false, IsCritical: true } && !entry.WasCritical)
        {
            return entry.Become(RolloutDeviceState.Failed, now, "It raised a critical alarm after it was updated.");
        }

        var next = seen.IsUnknown || seen.IsCritical == entry.WasCritical ? entry : entry with { WasCritical = seen.IsCritical };
        if (seen is { IsUnknown: false, IsOnline: true })
        {
            return next.AwaySince is null ? next : next with { AwaySince = null };
        }

        var since = next.AwaySince ?? now;
        return now - since > bounds.AwayMsMax
            ? next.Become(RolloutDeviceState.Failed, now, string.Create(CultureInfo.InvariantCulture, $"After it was updated it was away for more than {bounds.AwayMsMax / 1000} s."))
            : next.AwaySince is null ? next with { AwaySince = since } : next;
    }

    /// <summary>Tells a device to go back.</summary>
    public static RolloutEntry PutBack(RolloutEntry entry, long now) => entry.Before is null
        ? entry.Become(RolloutDeviceState.RollbackFailed, now, "What it ran before is not known.")
        : entry.Become(RolloutDeviceState.RollingBack, now) with { BegunAt = now, ToldAt = null };

    /// <summary>How far a device is that was told to go back.</summary>
    public RolloutEntry FollowBack(RolloutEntry entry, RolloutObservation seen, long now)
    {
        if (seen.IsUnknown)
        {
            return entry;
        }

        if (WrongWithOrder(entry, seen) is { } wrong)
        {
            return entry.Become(RolloutDeviceState.RollbackFailed, now, wrong);
        }

        // Before it is told it may still be at work on the update: what it says then is about that.
        if (entry.ToldAt is not { } told || seen.At < told || seen.Firmware is not { } firmware)
        {
            return entry;
        }

        if (IsAbout(firmware, entry.Before!) && FirmwareStates.IsFailed(firmware.State))
        {
            return entry.Become(RolloutDeviceState.RollbackFailed, now, ErrorOf(firmware));
        }

        return firmware.Version == entry.Before && seen.IsOnline && !FirmwareStates.IsBusy(firmware.State) ? entry.Become(RolloutDeviceState.RolledBack, now) : entry;
    }

    /// <summary>What is due by the clock alone.</summary>
    public static RolloutEntry Expire(RolloutEntry entry, long deviceTimeoutMs, long now) => entry switch
    {
        { IsUpdating: true, BegunAt: { } begun } when now - begun > deviceTimeoutMs =>
            entry.Become(RolloutDeviceState.Failed, now, entry.State == RolloutDeviceState.Offered ? "It did not answer in time." : "It took too long."),
        { State: RolloutDeviceState.RollingBack, BegunAt: { } begun } when now - begun > deviceTimeoutMs => entry.Become(RolloutDeviceState.RollbackFailed, now, "It did not go back in time."),
        { State: RolloutDeviceState.Pending, AwaySince: { } since } when now - since > deviceTimeoutMs => entry.Become(RolloutDeviceState.Failed, now, "It could not be asked what it runs."),
        _ => entry,
    };

    private static RolloutEntry Updating(RolloutEntry entry, long now) => entry.State == RolloutDeviceState.Updating ? entry : entry.Become(RolloutDeviceState.Updating, now);

    private static string ErrorOf(FirmwareReport firmware)
    {
        var error = firmware.Error is { Length: > 0 } given ? given : $"It reported {firmware.State}.";
        return error.Length <= ErrorLengthMax ? error : error[..ErrorLengthMax];
    }

    /// <summary>
    /// It says that it installed the version, and runs another. That may be so until it starts anew; after that, or when it says so again, it does not do what it says.
    /// </summary>
    private RolloutEntry Doubt(RolloutEntry entry, FirmwareReport firmware, RolloutObservation seen, long now)
    {
        var isRestarted = seen.Boot > entry.Boot;
        var isRepeated = seen.IsOnline && seen.ReportedVersion > entry.ClaimedWith;
        var isOld = now - entry.ClaimedAt > bounds.ClaimMsMax;
        return isRestarted || isRepeated || isOld
            ? entry.Become(RolloutDeviceState.Failed, now, $"It says that it installed {version}, but runs {firmware.Version}.")
            : entry.ClaimedWith is null ? Updating(entry, now) with { ClaimedWith = seen.ReportedVersion, ClaimedAt = now } : entry;
    }

    private string? WrongWithOrder(RolloutEntry entry, RolloutObservation seen) =>
        !seen.IsThere ? Removed
        : entry.ToldAt is { } told && seen.At >= told && seen.OrderedBy != rollout ? Overruled
        : null;

    private bool IsAbout(FirmwareReport firmware, string target) =>
        (firmware.Rollout == rollout || firmware.Rollout is null) && firmware.Target == target;
}

/// <summary>How long is waited for what.</summary>
/// <param name="AwayMsMax">How long a device that was updated may be away, milliseconds.</param>
/// <param name="ClaimMsMax">How long one may say that it installed what it does not run, milliseconds.</param>
/// <param name="IdleMsMax">How long nobody looks where there is nothing to see, milliseconds.</param>
internal sealed record RolloutBounds(long AwayMsMax, long ClaimMsMax, long IdleMsMax);
