namespace EmbeddedDapr.Bindings;

/// <summary>Bounds and retries of <see cref="InputBindingPump"/>.</summary>
public sealed record InputBindingPumpOptions
{
    /// <summary>Longest wait for the answer to the OPTIONS probe, 3 s by default.</summary>
    public TimeSpan ProbeTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Most events of one binding at the app at one time, 4,096 by default. One more waits, and with it its source: over a socket the component's own bound is tighter.
    /// </summary>
    public int HandoverMax { get; init; } = 4_096;

    /// <summary>
    /// How often an event is tried again when the app did not take it, 0 by default, as daprd without a resiliency policy. With 1 or more, only the answer 200 is
    /// success; without, any 2xx is (contract section 5.2).
    /// </summary>
    public int RetriesMax { get; init; }

    /// <summary>Wait before the first retry, 200 ms by default; doubled each time up to <see cref="RetryDelayMax"/>.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Longest wait between retries, 5 s by default.</summary>
    public TimeSpan RetryDelayMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Wait before a binding that failed to start is tried again, 1 s by default; doubled each time up to <see cref="StartRetryDelayMax"/>.</summary>
    public TimeSpan StartRetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest wait between starts, 30 s by default.</summary>
    public TimeSpan StartRetryDelayMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long events at the app may take when the pump stops, 5 s by default; then their calls are aborted.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>What an input binding is doing.</summary>
public enum InputBindingState
{
    /// <summary>Not started yet, or waiting to try again.</summary>
    Starting,

    /// <summary>It reads.</summary>
    Reading,

    /// <summary>It does not, because its direction or the app's answer to the probe says so.</summary>
    NotWanted,

    /// <summary>The pump has stopped.</summary>
    Stopped,
}

/// <summary>One input binding, at one moment.</summary>
/// <param name="Name">Component name.</param>
/// <param name="State">What it is doing.</param>
/// <param name="Delivered">Events that the app took.</param>
/// <param name="Failed">Events that it did not, after all retries.</param>
/// <param name="Retried">Calls that were repetitions.</param>
/// <param name="InFlight">Events at the app, or waiting for their retry, now.</param>
public sealed record InputBindingStatus(string Name, InputBindingState State, long Delivered, long Failed, long Retried, long InFlight);
