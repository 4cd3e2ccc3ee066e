using System.Collections.Concurrent;
using System.Text.Json;
using EmbeddedDapr.Actors;
using EmbeddedDapr.Bindings;
using EmbeddedDapr.Components;
using EmbeddedDapr.Components.Secrets;
using EmbeddedDapr.Configuration.Stores;
using EmbeddedDapr.PubSub;
using EmbeddedDapr.State;

namespace DeviceFleet.Month.Tests.Runtime;

/// <summary>An event as it was published: when by the clock, where, and its CloudEvent.</summary>
internal sealed record PublishedEvent(DateTimeOffset At, string Topic, string Type, JsonElement Data);

/// <summary>A message to a device: when, to which topic.</summary>
internal sealed record SentMessage(DateTimeOffset At, string Topic, string Payload);

/// <summary>
/// What stands outside the process that the month restarts: the database, the broker, the topics. The engine gets them through the component types that
/// <c>components/local</c> names.
/// </summary>
internal sealed class KeptComponents(TimeProvider time)
{
    private KeptStore? _store;

    /// <summary>Everything published, in order.</summary>
    public ConcurrentQueue<PublishedEvent> Published { get; } = new();

    /// <summary>Everything sent to devices, in order.</summary>
    public ConcurrentQueue<SentMessage> Sent { get; } = new();

    /// <summary>Who takes what comes in, by binding.</summary>
    public ConcurrentDictionary<string, BindingHandler> Inputs { get; } = new();

    /// <summary>Whether the store takes nothing more: the process has died, though it does not know it yet.</summary>
    public bool IsFrozen { get; set; }

    /// <summary>Settings by key.</summary>
    public ConcurrentDictionary<string, string> Settings { get; } = new();

    public ComponentCatalog Catalog()
    {
        var catalog = BuiltInComponents.Catalog().AddSecretStores();
        var inMemory = catalog.StateStores["state.in-memory"];

        // Its sweep for expired keys would wake once a second, and nothing here expires.
        catalog.StateStores["state.sqlite"] = async (spec, context, cancellationToken) =>
            _store ??= new KeptStore(this, await inMemory(spec, context with { Time = TimeProvider.System }, cancellationToken));
        catalog.PubSubs["pubsub.sqlite"] = (_, _, _) => ValueTask.FromResult<IPubSubComponent>(new Topics(this, time));
        catalog.InputBindings["bindings.mqtt3"] = (spec, _, _) => ValueTask.FromResult<IInputBinding>(new Input(this, spec.Name));
        catalog.OutputBindings["bindings.mqtt3"] = (_, _, _) => ValueTask.FromResult<IOutputBinding>(new Output(this, time));
        catalog.ConfigurationStores["configuration.file"] = (_, _, _) => ValueTask.FromResult<IConfigurationStore>(new SettingsStore(this));
        return catalog;
    }

    /// <summary>State and reminders that outlive the engine.</summary>
    private sealed class KeptStore(KeptComponents kept, IStateStore inner) : IStateStore, IReminderStoreProvider
    {
        public StateStoreFeatures Features => inner.Features;

        public StateStoreTraits Traits => inner.Traits;

        public IReminderStore Reminders => ((IReminderStoreProvider)inner).Reminders;

        public ValueTask<StateValue?> GetAsync(string key, CancellationToken cancellationToken) => inner.GetAsync(key, cancellationToken);

        public ValueTask<IReadOnlyList<StateValue?>> GetManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) => inner.GetManyAsync(keys, cancellationToken);

        public ValueTask<StateWriteOutcome> WriteAsync(IReadOnlyList<StateOperation> operations, CancellationToken cancellationToken) =>
            kept.IsFrozen ? throw new IOException("The process has died.") : inner.WriteAsync(operations, cancellationToken);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class Topics(KeptComponents kept, TimeProvider time) : IPubSubComponent
    {
        public int AttemptsMax => 1;

        public ValueTask PublishAsync(string topic, IReadOnlyList<PubSubMessage> messages, CancellationToken cancellationToken)
        {
            foreach (var message in messages)
            {
                var envelope = JsonSerializer.Deserialize<JsonElement>(message.Data.Span);
                kept.Published.Enqueue(new PublishedEvent(time.GetUtcNow(), topic, envelope.GetProperty("type").GetString()!, envelope.GetProperty("data")));
            }

            return ValueTask.CompletedTask;
        }

        public ValueTask<IAsyncDisposable> SubscribeAsync(PubSubSubscription subscription, DeliveryHandler handler, CancellationToken cancellationToken) =>
            throw new NotSupportedException("Nobody subscribes here.");

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class Input(KeptComponents kept, string name) : IInputBinding
    {
        public ValueTask StartAsync(BindingHandler handler, CancellationToken cancellationToken)
        {
            kept.Inputs[name] = handler;
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class Output(KeptComponents kept, TimeProvider time) : IOutputBinding
    {
        public IReadOnlyList<string> Operations => ["create"];

        public ValueTask<OutputBindingResponse> InvokeAsync(OutputBindingRequest request, CancellationToken cancellationToken)
        {
            kept.Sent.Enqueue(new SentMessage(time.GetUtcNow(), request.Metadata["topic"], System.Text.Encoding.UTF8.GetString(request.Data.Span)));
            return ValueTask.FromResult(new OutputBindingResponse(null));
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class SettingsStore(KeptComponents kept) : IConfigurationStore
    {
        public ValueTask<IReadOnlyDictionary<string, ConfigurationItem>> GetAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) =>
            ValueTask.FromResult<IReadOnlyDictionary<string, ConfigurationItem>>(
                kept.Settings.Where(setting => keys.Count == 0 || keys.Contains(setting.Key)).ToDictionary(setting => setting.Key, setting => new ConfigurationItem(setting.Value)));

        public ValueTask<IAsyncDisposable> WatchAsync(IReadOnlyList<string> keys, Action<string> changed, CancellationToken cancellationToken) =>
            ValueTask.FromResult<IAsyncDisposable>(new Watch());

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private sealed class Watch : IAsyncDisposable
        {
            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
