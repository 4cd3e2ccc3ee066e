namespace EmbeddedDapr.Secrets;

/// <summary>A secret store. Thread safe.</summary>
public interface ISecretStore : IAsyncDisposable
{
    /// <summary>The secret as a map of names to values, or null when there is none of that name.</summary>
    ValueTask<IReadOnlyDictionary<string, string>?> GetAsync(string key, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken);

    /// <summary>All secrets.</summary>
    ValueTask<IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>> GetAllAsync(CancellationToken cancellationToken);
}
