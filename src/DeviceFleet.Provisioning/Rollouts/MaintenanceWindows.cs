using DeviceFleet.Contracts.Rollouts;

namespace DeviceFleet.Provisioning.Rollouts;

/// <summary>When a maintenance window is open. Pure; days are UTC's, so that none is shorter or longer than others.</summary>
internal static class MaintenanceWindows
{
    private const long MinuteMs = 60_000;
    private const long DayMs = 1_440 * MinuteMs;

    /// <summary>When it opens next; null: it is open, or there is none.</summary>
    public static long? OpensAt(this MaintenanceWindow? window, long now)
    {
        if (window is null)
        {
            return null;
        }

        var day = now - (now % DayMs);
        var opened = day + (window.FromMinute * MinuteMs);
        if (opened > now)
        {
            opened -= DayMs;
        }

        return now < opened + (window.Minutes * MinuteMs) ? null : opened + DayMs;
    }
}
