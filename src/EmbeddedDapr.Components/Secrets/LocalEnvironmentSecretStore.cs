using System.Collections;
using EmbeddedDapr.Secrets;

namespace EmbeddedDapr.Components.Secrets;

/// <summary>
/// Secrets from environment variables. A variable that is not there, or that is the runtime's own, is the empty text (recorded: secret-env-get, secret-env-prefix).
/// </summary>
/// <param name="prefix">Put before every key.</param>
/// <param name="read">Reads a variable.</param>
/// <param name="names">Names of all variables.</param>
internal sealed class LocalEnvironmentSecretStore(string prefix, Func<string, string?> read, Func<IEnumerable<string>> names) : ISecretStore
{
    public static IEnumerable<string> ProcessVariables() => Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(variable => (string)variable.Key);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyDictionary<string, string>?> GetAsync(
        string key, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyDictionary<string, string>?>(Secret(key, IsRefused(prefix + key) ? string.Empty : read(prefix + key) ?? string.Empty));

    /// <inheritdoc/>
    public ValueTask<IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>> GetAllAsync(CancellationToken cancellationToken)
    {
        var all = new Dictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.Ordinal);
        foreach (var name in names())
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal) && !IsRefused(name) && read(name) is { } value)
            {
                var key = name[prefix.Length..];
                all[key] = Secret(key, value);
            }
        }

        return ValueTask.FromResult<IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>>(all);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static bool IsRefused(string name) =>
        name.StartsWith("DAPR_", StringComparison.OrdinalIgnoreCase) || name.Equals("APP_API_TOKEN", StringComparison.OrdinalIgnoreCase);

    private static Dictionary<string, string> Secret(string key, string value) => new(StringComparer.Ordinal) { [key] = value };
}
