namespace EmbeddedDapr.Apps;

/// <summary>What a probe changed.</summary>
internal enum AppHealthChange
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The app was not healthy, and is.</summary>
    BecameHealthy,

    /// <summary>The app was healthy, and is not.</summary>
    BecameUnhealthy,
}

/// <summary>
/// Whether an app is healthy (contract section 1.4): it is not before its first successful probe, and no more after so many failures in a row; one success suffices then. Probes are
/// told one at a time; <see cref="IsHealthy"/> may be read by anybody.
/// </summary>
internal sealed class AppHealth(int threshold)
{
    private int _failures;
    private volatile bool _isHealthy;

    public bool IsHealthy => _isHealthy;

    /// <summary>Counts a probe.</summary>
    public AppHealthChange Probed(bool succeeded)
    {
        if (succeeded)
        {
            _failures = 0;
            var before = _isHealthy;
            _isHealthy = true;
            return before ? AppHealthChange.None : AppHealthChange.BecameHealthy;
        }

        if (!_isHealthy || ++_failures < threshold)
        {
            return AppHealthChange.None;
        }

        _isHealthy = false;
        return AppHealthChange.BecameUnhealthy;
    }
}
