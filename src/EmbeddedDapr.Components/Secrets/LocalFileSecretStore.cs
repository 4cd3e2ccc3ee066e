using System.Globalization;
using System.Text.Json;
using EmbeddedDapr.Secrets;

namespace EmbeddedDapr.Components.Secrets;

/// <summary>
/// Secrets from a JSON file, read once. Nested members get one name each, joined by <c>nestedSeparator</c>; with <c>multiValued</c> a top-level member is one secret
/// and its nested members are its values (recorded: secret-file-get, secret-file-multi).
/// </summary>
internal sealed class LocalFileSecretStore : ISecretStore
{
    private const int FileBytesMax = 16 * 1024 * 1024;

    private readonly Dictionary<string, IReadOnlyDictionary<string, string>> _secrets = new(StringComparer.Ordinal);

    private LocalFileSecretStore()
    {
    }

    /// <exception cref="ComponentException">No file is named, it cannot be read, or it holds no JSON object.</exception>
    public static async Task<LocalFileSecretStore> OpenAsync(ComponentMetadata metadata, string baseDirectory, CancellationToken cancellationToken)
    {
        var path = Path.Combine(baseDirectory, metadata.RequiredText("secretsFile"));
        var separator = metadata.Text("nestedSeparator") ?? ":";
        try
        {
            var file = new FileInfo(path);
            if (file.Length > FileBytesMax)
            {
                throw new ComponentException($"secretsFile {path} has {file.Length} bytes, at most {FileBytesMax} are read");
            }

            await using var stream = file.OpenRead();
            using var document = await JsonDocument.ParseAsync(stream, default, cancellationToken);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? From(document.RootElement, separator, metadata.Flag("multiValued"))
                : throw new ComponentException($"secretsFile {path} holds no JSON object");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new ComponentException($"secretsFile {path} cannot be read: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyDictionary<string, string>?> GetAsync(
        string key, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_secrets.GetValueOrDefault(key));

    /// <inheritdoc/>
    public ValueTask<IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>> GetAllAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>>(_secrets);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static LocalFileSecretStore From(JsonElement root, string separator, bool multiValued)
    {
        var store = new LocalFileSecretStore();
        foreach (var member in root.EnumerateObject())
        {
            var flat = new Dictionary<string, string>(StringComparer.Ordinal);
            if (!multiValued)
            {
                Flatten(member.Name, member.Value, separator, flat);
                foreach (var (name, value) in flat)
                {
                    store._secrets[name] = new Dictionary<string, string>(StringComparer.Ordinal) { [name] = value };
                }

                continue;
            }

            switch (member.Value.ValueKind)
            {
                case JsonValueKind.Array:
                    continue; // not found (recorded: secret-file-multi)
                case JsonValueKind.Object:
                    foreach (var child in member.Value.EnumerateObject())
                    {
                        Flatten(child.Name, child.Value, separator, flat);
                    }

                    break;
                default:
                    Flatten(member.Name, member.Value, separator, flat);
                    break;
            }

            store._secrets[member.Name] = flat;
        }

        return store;
    }

    private static void Flatten(string name, JsonElement value, string separator, Dictionary<string, string> flat)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var child in value.EnumerateObject())
                {
                    Flatten(name + separator + child.Name, child.Value, separator, flat);
                }

                break;
            case JsonValueKind.Array:
                foreach (var (i, child) in value.EnumerateArray().Index())
                {
                    Flatten(name + separator + i.ToString(CultureInfo.InvariantCulture), child, separator, flat);
                }

                break;
            case JsonValueKind.String:
                flat[name] = value.GetString()!;
                break;
            case JsonValueKind.Null or JsonValueKind.Undefined:
                flat[name] = string.Empty;
                break;
            default:
                flat[name] = value.GetRawText(); // numbers and booleans as written, where daprd gives Go's format errors
                break;
        }
    }
}
