namespace EmbeddedDapr.Components.Mqtt;

/// <summary>Takes a message; true: it may be acknowledged; false: it must not be, and comes again after a reconnect.</summary>
public delegate ValueTask<bool> MqttMessageHandler(string topic, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken);

/// <summary>
/// How <c>bindings.mqtt3</c> reaches a broker. The default is an MQTT client on a socket; a host with the broker in its own process may connect the two with no socket.
/// </summary>
public interface IMqttConnector
{
    /// <summary>
    /// Connects; completes once messages can be published and subscribed. The link keeps itself connected until it is disposed.
    /// </summary>
    /// <exception cref="ComponentException">No connection within <see cref="MqttConnectionSettings.ConnectTimeout"/>.</exception>
    ValueTask<IMqttLink> ConnectAsync(MqttConnectionSettings settings, CancellationToken cancellationToken);
}

/// <summary>A connection that mends itself. Thread safe.</summary>
public interface IMqttLink : IAsyncDisposable
{
    /// <summary>
    /// Subscribes at QoS 1, now and after each reconnect; once a link. Handlers run at the same time, in a bounded number; a message is acknowledged only after its
    /// handler answered true.
    /// </summary>
    ValueTask SubscribeAsync(string filter, MqttMessageHandler handler, CancellationToken cancellationToken);

    /// <summary>Publishes at QoS 1; completes once the broker acknowledged.</summary>
    /// <exception cref="ComponentException">It did not, or is away.</exception>
    ValueTask PublishAsync(string topic, ReadOnlyMemory<byte> payload, bool retain, CancellationToken cancellationToken);
}

/// <summary>Where and as whom to connect.</summary>
public sealed record MqttConnectionSettings
{
    /// <summary>Broker: <c>mqtt tcp mqtts tcps tls ssl ws wss</c>.</summary>
    public required Uri Url { get; init; }

    /// <summary>MQTT client id.</summary>
    public required string ClientId { get; init; }

    /// <summary>User; null: none.</summary>
    public string? UserName { get; init; }

    /// <summary>Password; null: none.</summary>
    public string? Password { get; init; }

    /// <summary>False: the broker keeps messages while the client is away.</summary>
    public bool CleanSession { get; init; }

    /// <summary>Certificates; null: the machine's trust, no client certificate.</summary>
    public MqttTlsSettings? Tls { get; init; }

    /// <summary>Longest wait for the first connection, 10 s by default.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether the scheme asks for TLS.</summary>
    public bool UsesTls => Url.Scheme is "mqtts" or "tcps" or "tls" or "ssl" or "wss";
}

/// <summary>Certificates as PEM text.</summary>
/// <param name="CaCertificate">Trusted instead of the machine's; null: those.</param>
/// <param name="ClientCertificate">Null: none.</param>
/// <param name="ClientKey">Key of the client certificate.</param>
public sealed record MqttTlsSettings(string? CaCertificate, string? ClientCertificate, string? ClientKey);
