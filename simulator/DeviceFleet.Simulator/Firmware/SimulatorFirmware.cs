using DeviceFleet.Contracts.Rollouts;

namespace DeviceFleet.Simulator.Firmware;

/// <summary>How devices take firmware.</summary>
public sealed record SimulatorFirmware
{
    /// <summary>The gateway, of which orders name a path, such as <c>http://127.0.0.1:5000</c>; null: devices answer that they cannot download.</summary>
    public Uri? Url { get; init; }

    /// <summary>What devices run at first. Default: 1.0.0.</summary>
    public string Version { get; init; } = "1.0.0";

    /// <summary>Share of the devices on which an installation fails, in percent, 0 to 100; which ones depends on the seed alone. Default: 0.</summary>
    public double FailPercent { get; init; }

    /// <summary>Share of the devices that say that they installed it and go on running what they ran, in percent, 0 to 100. Default: 0.</summary>
    public double LiePercent { get; init; }

    /// <summary>How long an installation takes. Default: 200 ms.</summary>
    public TimeSpan InstallTime { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>File in which what devices run outlasts the simulator; null: the next run begins with <see cref="Version"/>. Default: null.</summary>
    public string? StatePath { get; init; }

    /// <summary>Everything that is wrong with it; empty: nothing.</summary>
    internal IEnumerable<string> Faults()
    {
        var checks = new (bool Wrong, string Text)[]
        {
            (Url is { } url && (!url.IsAbsoluteUri || url.Scheme is not ("http" or "https")), "http must be an address such as http://127.0.0.1:5000"),
            (!SemanticVersion.TryParse(Version, out _), "firmware must be a version such as 1.4.0 (semver.org)"),
            (FailPercent is not (>= 0 and <= 100) || LiePercent is not (>= 0 and <= 100), "shares of firmware that fails or lies must be 0 to 100 percent"),
            (InstallTime < TimeSpan.Zero || InstallTime > TimeSpan.FromHours(1), "firmware must take 0 to 1 h to install"),
        };
        return checks.Where(check => check.Wrong).Select(check => check.Text);
    }
}
