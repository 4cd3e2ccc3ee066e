namespace EmbeddedDapr.Components.Mqtt;

/// <summary>Metadata of <c>bindings.mqtt3</c> (contract section 5.5). A <c>qos</c> entry is ignored: it is always 1.</summary>
internal sealed record MqttBindingMetadata
{
    public required Uri Url { get; init; }

    /// <summary>Filter of the input binding, default topic of the output binding.</summary>
    public required string Topic { get; init; }

    public required string ConsumerId { get; init; }

    public required bool Retain { get; init; }

    public required bool CleanSession { get; init; }

    /// <summary>Tries of the handler after the first; negative: without end.</summary>
    public required int HandlerRetriesMax { get; init; }

    public required MqttTlsSettings? Tls { get; init; }

    /// <exception cref="ComponentException">Something required is missing, or something is malformed.</exception>
    public static MqttBindingMetadata Read(ComponentMetadata metadata) => Read(metadata, metadata.RequiredText("topic"), metadata.RequiredText("consumerID"));

    /// <summary>The same for <c>pubsub.mqtt3</c>, which has its topics from subscriptions, and the app's id for a consumer without name.</summary>
    /// <exception cref="ComponentException">Something required is missing, or something is malformed.</exception>
    public static MqttBindingMetadata ReadPubSub(ComponentMetadata metadata, string appId) => Read(metadata, string.Empty, metadata.Text("consumerID") ?? appId);

    private static MqttBindingMetadata Read(ComponentMetadata metadata, string topic, string consumerId)
    {
        var url = metadata.RequiredText("url");
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri)
            || uri.Scheme is not ("mqtt" or "tcp" or "mqtts" or "tcps" or "tls" or "ssl" or "ws" or "wss")
            || uri.Host.Length == 0)
        {
            throw new ComponentException("metadata property 'url' is no MQTT url"); // without its text: it may hold a password
        }

        return new MqttBindingMetadata
        {
            Url = uri,
            Topic = topic,
            ConsumerId = consumerId,
            Retain = metadata.Flag("retain"),
            CleanSession = metadata.Flag("cleanSession"),
            HandlerRetriesMax = metadata.Number("backOffMaxRetries", 0, min: int.MinValue),
            Tls = ReadTls(metadata),
        };
    }

    public MqttConnectionSettings Connection(string role, TimeSpan connectTimeout)
    {
        var (user, password) = Credentials();
        return new MqttConnectionSettings
        {
            Url = Url,
            ClientId = $"{ConsumerId}-{role}",
            UserName = user,
            Password = password,
            CleanSession = CleanSession,
            Tls = Tls,
            ConnectTimeout = connectTimeout,
        };
    }

    private static MqttTlsSettings? ReadTls(ComponentMetadata metadata)
    {
        var (ca, certificate, key) = (metadata.Text("caCert"), metadata.Text("clientCert"), metadata.Text("clientKey"));
        if (certificate is null != key is null)
        {
            throw new ComponentException("metadata properties 'clientCert' and 'clientKey' belong together");
        }

        return ca is null && certificate is null ? null : new MqttTlsSettings(ca, certificate, key);
    }

    private (string? User, string? Password) Credentials()
    {
        if (Url.UserInfo.Length == 0)
        {
            return (null, null);
        }

        var parts = Url.UserInfo.Split(':', 2);
        return (Uri.UnescapeDataString(parts[0]), parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : null);
    }
}
