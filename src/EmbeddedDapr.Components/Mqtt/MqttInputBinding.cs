using EmbeddedDapr.Bindings;

namespace EmbeddedDapr.Components.Mqtt;

/// <summary>
/// Reads an MQTT topic. A message is acknowledged only after the app took it; one that failed stays unacknowledged and comes again after a reconnect.
/// </summary>
internal sealed class MqttInputBinding(MqttBindingMetadata metadata, IMqttConnector connector, MqttBindingOptions options, TimeProvider time) : IInputBinding
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private IMqttLink? _link;
    private CancellationTokenRegistration _stop;

    /// <inheritdoc/>
    public async ValueTask StartAsync(BindingHandler handler, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_link is not null)
            {
                throw new InvalidOperationException("The binding reads already.");
            }

            var link = await connector.ConnectAsync(metadata.Connection("consumer", options.ConnectTimeout), cancellationToken);
            try
            {
                await link.SubscribeAsync(metadata.Topic, (topic, payload, token) => HandleAsync(handler, topic, payload, token), cancellationToken);
            }
            catch
            {
                await link.DisposeAsync();
                throw;
            }

            _link = link;
        }
        finally
        {
            _gate.Release();
        }

        // The handler's owner stops reading by its token; the link must not take messages that nobody hears of any more.
        _stop = cancellationToken.UnsafeRegister(static self => _ = ((MqttInputBinding)self!).CloseAsync().AsTask(), this);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.DisposeAsync();
        await CloseAsync();
    }

    private async ValueTask CloseAsync()
    {
        await _gate.WaitAsync();
        try
        {
            if (_link is { } link)
            {
                _link = null;
                await link.DisposeAsync();
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    private async ValueTask<bool> HandleAsync(BindingHandler handler, string topic, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        var bindingEvent = new BindingEvent(payload, new Dictionary<string, string>(1) { ["topic"] = topic });
        for (var retry = 0; ; retry++)
        {
            if (await handler(bindingEvent, cancellationToken))
            {
                return true;
            }

            if (metadata.HandlerRetriesMax >= 0 && retry >= metadata.HandlerRetriesMax)
            {
                return false;
            }

            await Task.Delay(options.HandlerRetryDelay, time, cancellationToken);
        }
    }
}
