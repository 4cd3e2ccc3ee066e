using EmbeddedDapr.Components;

namespace EmbeddedDapr.State.Encryption;

/// <summary>A state store whose values are encrypted before they get there. Keys, etags and lifetimes are not.</summary>
internal sealed class EncryptedStateStore(IStateStore inner, StateCipher cipher) : IStateStore, IComponentDecorator
{
    /// <inheritdoc/>
    public StateStoreFeatures Features => inner.Features;

    /// <inheritdoc/>
    public StateStoreTraits Traits => inner.Traits;

    /// <inheritdoc/>
    public IAsyncDisposable Inner => inner;

    /// <inheritdoc/>
    public async ValueTask<StateValue?> GetAsync(string key, CancellationToken cancellationToken) => Open(await inner.GetAsync(key, cancellationToken));

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<StateValue?>> GetManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) =>
        [.. (await inner.GetManyAsync(keys, cancellationToken)).Select(Open)];

    /// <inheritdoc/>
    public ValueTask<StateWriteOutcome> WriteAsync(IReadOnlyList<StateOperation> operations, CancellationToken cancellationToken) => inner.WriteAsync(
        [.. operations.Select(operation => operation.Kind == StateOperationKind.Delete ? operation : operation with { Value = cipher.Encrypt(operation.Value.Span) })],
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private StateValue? Open(StateValue? stored) => stored is null ? null : stored with { Value = cipher.Decrypt(stored.Value.Span) };
}
