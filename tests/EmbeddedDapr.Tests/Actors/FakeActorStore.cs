using EmbeddedDapr.Actors;
using EmbeddedDapr.State;
using EmbeddedDapr.Tests.Fakes;

namespace EmbeddedDapr.Tests.Actors;

/// <summary>State and reminders of actors.</summary>
internal sealed class FakeActorStore(FakeStateStore inner, IReminderStore reminders) : IStateStore, IReminderStoreProvider
{
    public StateStoreTraits Traits => StateStoreTraits.None;

    public StateStoreFeatures Features => inner.Features;

    public IReminderStore Reminders => reminders;

    public ValueTask<StateValue?> GetAsync(string key, CancellationToken cancellationToken) => inner.GetAsync(key, cancellationToken);

    public ValueTask<IReadOnlyList<StateValue?>> GetManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) => inner.GetManyAsync(keys, cancellationToken);

    public ValueTask<StateWriteOutcome> WriteAsync(IReadOnlyList<StateOperation> operations, CancellationToken cancellationToken) =>
        inner.WriteAsync(operations, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
