namespace EmbeddedDapr.Server;

/// <summary>What a runtime inside another program, a test above all, is told at start. Nothing is needed: without resources there is memory for state, events and actors.</summary>
public sealed record EmbeddedDaprHostOptions
{
    /// <summary>App id.</summary>
    public string AppId { get; init; } = "app";

    /// <summary>Port on loopback where the app listens, now or later; 0: there is no app to call.</summary>
    public int AppPort { get; init; }

    /// <summary>
    /// Folders of resource files (<c>*.yaml</c>: components, subscriptions, resiliency), in order. With neither folders nor <see cref="Resources"/>, the components are
    /// <c>statestore</c> (<c>state.in-memory</c>, also of actors) and <c>pubsub</c> (<c>pubsub.in-memory</c>).
    /// </summary>
    public IReadOnlyList<string> ResourcesPaths { get; init; } = [];

    /// <summary>Resources as YAML, documents apart by <c>---</c>; null: none.</summary>
    public string? Resources { get; init; }

    /// <summary>What relative paths in resources are relative to; null: the working folder.</summary>
    public string? DataFolder { get; init; }

    /// <summary>Port of the HTTP API; 0: a free one.</summary>
    public int HttpPort { get; init; }

    /// <summary>Port of the gRPC API; 0: a free one.</summary>
    public int GrpcPort { get; init; }

    /// <summary>Token that callers of the API must show; null: none.</summary>
    public string? ApiToken { get; init; }

    /// <summary>Token shown to the app on each call; null: none.</summary>
    public string? AppApiToken { get; init; }

    /// <summary>Clock of timers, reminders, jobs, expiry and retries. A test's clock makes them fire when the test says.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where the runtime logs; null: nowhere.</summary>
    public ILoggerFactory? Loggers { get; init; }
}
