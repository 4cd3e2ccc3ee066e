namespace EmbeddedDapr.Components.Mqtt;

/// <summary>Bounds and waits of <c>bindings.mqtt3</c> over a socket; daprd's values where it has one (contract section 5.5).</summary>
public sealed record MqttBindingOptions
{
    /// <summary>
    /// Most messages of one subscription at their handlers at one time, 64 by default; the next waits. daprd has no bound. Beside it stands the broker's own
    /// window: Mosquitto sends no more than 20 unacknowledged messages.
    /// </summary>
    public int InFlightMax { get; init; } = 64;

    /// <summary>Longest wait for the first connection, 10 s by default.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>First wait before a reconnect, 500 ms by default, doubled each time up to <see cref="ReconnectDelayMax"/>, with jitter.</summary>
    public TimeSpan ReconnectDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest wait between reconnects, 20 s by default.</summary>
    public TimeSpan ReconnectDelayMax { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Keep-alive, 30 s by default.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Wait between tries of the handler when <c>backOffMaxRetries</c> asks for them, 5 s by default.</summary>
    public TimeSpan HandlerRetryDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest wait for the broker's acknowledgement of a publish, 10 s by default, for each try.</summary>
    public TimeSpan PublishTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a publish is tried again, 3 by default.</summary>
    public int PublishRetriesMax { get; init; } = 3;

    /// <summary>Wait between these tries, 200 ms by default.</summary>
    public TimeSpan PublishRetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);
}
