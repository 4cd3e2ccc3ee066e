using System.Collections.Concurrent;
using System.Text.Json;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Provisioning.Sagas;
using EmbeddedDapr.Actors;
using EmbeddedDapr.Bindings;
using EmbeddedDapr.Components;
using EmbeddedDapr.PubSub;
using EmbeddedDapr.Secrets;
using EmbeddedDapr.State;

namespace DeviceFleet.Provisioning.Tests.Runtime;

/// <summary>An event as it was published.</summary>
internal sealed record PublishedEvent(string Topic, string Type, JsonElement Data);

/// <summary>What stands outside the process that a test restarts: the store, the topics, the broker, the workflows. Each can be told to fail.</summary>
internal sealed class KeptWorld : ISagas
{
    /// <summary>Resources of the one service, for components that live here.</summary>
    public const string Resources = """
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata: { name: fleet-state }
        spec:
          type: state.kept
          version: v1
          metadata: [ { name: actorStateStore, value: "true" } ]
        ---
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata: { name: fleet-pubsub }
        spec: { type: pubsub.kept, version: v1, metadata: [] }
        ---
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata: { name: fleet-secrets }
        spec: { type: secretstores.kept, version: v1, metadata: [] }
        ---
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata: { name: broker-control }
        spec: { type: bindings.kept, version: v1, metadata: [] }
        """;

    private KeptStore? _store;
    private Topics? _topics;

    public ConcurrentQueue<PublishedEvent> Published { get; } = new();

    /// <summary>What the broker was told to cut, JSON arrays of client ids.</summary>
    public ConcurrentQueue<string> Cuts { get; } = new();

    public ConcurrentQueue<SagaOrder> Started { get; } = new();

    public ConcurrentQueue<(string Instance, string Name, object? Payload)> Raised { get; } = new();

    /// <summary>Completed by the next thing that is sent anywhere.</summary>
    public SemaphoreSlim Sent { get; } = new(0);

    /// <summary>Writes of actor state so far.</summary>
    public int Writes => _store?.Writes ?? 0;

    /// <summary>Whether nothing can be sent: not to topics, not to the broker, not to workflows.</summary>
    public bool IsCutOff { get; set; }

    public byte[] MasterKey { get; } = System.Security.Cryptography.RandomNumberGenerator.GetBytes(32);

    public ComponentCatalog Catalog()
    {
        var catalog = BuiltInComponents.Catalog();
        var inMemory = catalog.StateStores["state.in-memory"];
        var topics = catalog.PubSubs["pubsub.in-memory"];
        catalog.StateStores["state.kept"] = async (spec, context, cancellationToken) =>
            _store ??= new KeptStore(await inMemory(spec, context with { Time = TimeProvider.System }, cancellationToken));
        catalog.PubSubs["pubsub.kept"] = async (spec, context, cancellationToken) => _topics ??= new Topics(this, await topics(spec, context, cancellationToken));
        catalog.SecretStores["secretstores.kept"] = (_, _, _) => ValueTask.FromResult<ISecretStore>(new Secrets(this));
        catalog.OutputBindings["bindings.kept"] = (_, _, _) => ValueTask.FromResult<IOutputBinding>(new Broker(this));
        return catalog;
    }

    public Task StartAsync(SagaOrder order, CancellationToken cancellationToken)
    {
        Check();
        Started.Enqueue(order);
        Sent.Release();
        return Task.CompletedTask;
    }

    public Task RaiseAsync(string instance, string eventName, object? payload, CancellationToken cancellationToken)
    {
        Check();
        Raised.Enqueue((instance, eventName, payload));
        Sent.Release();
        return Task.CompletedTask;
    }

    /// <summary>What was published of a kind, in order.</summary>
    public List<T> Events<T>(string type, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> json) =>
        [.. Published.Where(published => published.Type == type).Select(published => published.Data.Deserialize(json)!)];

    private void Check()
    {
        if (IsCutOff)
        {
            throw new IOException("Cut off.");
        }
    }

    private sealed class KeptStore(IStateStore inner) : IStateStore, IReminderStoreProvider
    {
        private int _writes;

        public int Writes => _writes;

        public StateStoreFeatures Features => inner.Features;

        public StateStoreTraits Traits => inner.Traits;

        public IReminderStore Reminders => ((IReminderStoreProvider)inner).Reminders;

        public ValueTask<StateValue?> GetAsync(string key, CancellationToken cancellationToken) => inner.GetAsync(key, cancellationToken);

        public ValueTask<IReadOnlyList<StateValue?>> GetManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) => inner.GetManyAsync(keys, cancellationToken);

        public ValueTask<StateWriteOutcome> WriteAsync(IReadOnlyList<StateOperation> operations, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _writes);
            return inner.WriteAsync(operations, cancellationToken);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class Topics(KeptWorld world, IPubSubComponent inner) : IPubSubComponent
    {
        public int AttemptsMax => inner.AttemptsMax;

        public async ValueTask PublishAsync(string topic, IReadOnlyList<PubSubMessage> messages, CancellationToken cancellationToken)
        {
            world.Check();
            foreach (var message in messages)
            {
                var envelope = JsonSerializer.Deserialize<JsonElement>(message.Data.Span);
                world.Published.Enqueue(new PublishedEvent(topic, envelope.GetProperty("type").GetString()!, envelope.GetProperty("data")));
            }

            await inner.PublishAsync(topic, messages, cancellationToken);
            world.Sent.Release(messages.Count);
        }

        public ValueTask<IAsyncDisposable> SubscribeAsync(PubSubSubscription subscription, DeliveryHandler handler, CancellationToken cancellationToken) =>
            inner.SubscribeAsync(subscription, handler, cancellationToken);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class Secrets(KeptWorld world) : ISecretStore
    {
        public ValueTask<IReadOnlyDictionary<string, string>?> GetAsync(string key, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken) =>
            ValueTask.FromResult<IReadOnlyDictionary<string, string>?>(
                key == SecretNames.Provisioning ? new Dictionary<string, string> { [SecretNames.MasterKey] = Convert.ToHexStringLower(world.MasterKey) } : null);

        public ValueTask<IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>> GetAllAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class Broker(KeptWorld world) : IOutputBinding
    {
        public IReadOnlyList<string> Operations => ["create"];

        public ValueTask<OutputBindingResponse> InvokeAsync(OutputBindingRequest request, CancellationToken cancellationToken)
        {
            world.Check();
            world.Cuts.Enqueue(System.Text.Encoding.UTF8.GetString(request.Data.Span));
            world.Sent.Release();
            return ValueTask.FromResult(new OutputBindingResponse(null));
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
