using EmbeddedDapr.Bindings;

namespace EmbeddedDapr.Components.Mqtt;

/// <summary>Publishes to MQTT: operation <c>create</c>, QoS 1, connected at the first request (contract section 5.5).</summary>
internal sealed class MqttOutputBinding(MqttBindingMetadata metadata, IMqttConnector connector, MqttBindingOptions options, TimeProvider time) : IOutputBinding
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private volatile IMqttLink? _link;
    private bool _disposed;

    /// <inheritdoc/>
    public IReadOnlyList<string> Operations { get; } = ["create"];

    /// <inheritdoc/>
    public async ValueTask<OutputBindingResponse> InvokeAsync(OutputBindingRequest request, CancellationToken cancellationToken)
    {
        // The name is case-sensitive, an empty topic does not count, retain and qos of a request do not either (recorded: binding-out-topic, binding-out-retain).
        var topic = request.Metadata.TryGetValue("topic", out var given) && given.Length > 0 ? given : metadata.Topic;
        var link = _link ?? await ConnectAsync(cancellationToken);
        for (var retry = 0; ; retry++)
        {
            try
            {
                await PublishAsync(link, topic, request.Data, cancellationToken);
                return new OutputBindingResponse(null);
            }
            catch (ComponentException) when (retry < options.PublishRetriesMax)
            {
                await Task.Delay(options.PublishRetryDelay, time, cancellationToken);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _gate.WaitAsync();
        try
        {
            _disposed = true;
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

    private async ValueTask PublishAsync(IMqttLink link, string topic, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.PublishTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await link.PublishAsync(topic, payload, metadata.Retain, linked.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ComponentException($"failed to publish: no acknowledgement within {GoDuration.Format(options.PublishTimeout)}");
        }
    }

    private async ValueTask<IMqttLink> ConnectAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _link ??= await connector.ConnectAsync(metadata.Connection("producer", options.ConnectTimeout), cancellationToken);
        }
        catch (ComponentException e)
        {
            throw new ComponentException($"failed to create producer connection: {e.Message}", e); // daprd's words (recorded: binding-out-broker-down)
        }
        finally
        {
            _gate.Release();
        }
    }
}
