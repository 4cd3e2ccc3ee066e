namespace EmbeddedDapr.Configuration.Stores;

/// <summary>A setting.</summary>
/// <param name="Value">Its text; empty: the key is gone.</param>
/// <param name="Version">Version of the value, if the store has such; else empty.</param>
/// <param name="Metadata">What the store says besides; null: nothing.</param>
public sealed record ConfigurationItem(string Value, string Version = "", IReadOnlyDictionary<string, string>? Metadata = null)
{
    /// <summary>What a deleted key reads as.</summary>
    public static ConfigurationItem Gone { get; } = new(string.Empty);
}

/// <summary>A configuration store: read, and watched. Thread safe. Failures of the medium are exceptions.</summary>
public interface IConfigurationStore : IAsyncDisposable
{
    /// <summary>The settings of these keys; no keys: all. Keys that are missing or empty are left out.</summary>
    ValueTask<IReadOnlyDictionary<string, ConfigurationItem>> GetAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken);

    /// <summary>
    /// Tells of every change of these keys (no keys: of all) made after this has completed, until what it answers is disposed. <paramref name="changed"/> gets the key, returns
    /// at once and may be called from several threads.
    /// </summary>
    ValueTask<IAsyncDisposable> WatchAsync(IReadOnlyList<string> keys, Action<string> changed, CancellationToken cancellationToken);
}
