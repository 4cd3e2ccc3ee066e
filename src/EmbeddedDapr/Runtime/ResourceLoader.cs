using System.Text;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace EmbeddedDapr.Runtime;

/// <summary>Reads resource files (contract sections 8.1, 8.2, 4.3): components, subscriptions, resiliency, HTTP endpoints; other kinds are skipped.</summary>
public static partial class ResourceLoader
{
    private const string NamespaceVariable = "NAMESPACE";

    /// <summary>
    /// Reads <c>*.yaml</c> and <c>*.yml</c> of each folder (not of sub-folders), in order of their names. What cannot be read is skipped and told in
    /// <see cref="ResourceSet.Faults"/>, all of it together.
    /// </summary>
    /// <param name="folders">Folders, in order.</param>
    /// <param name="environment">Reads an environment variable: resources of another namespace than <c>NAMESPACE</c> are skipped when that is set.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public static Task<ResourceSet> LoadAsync(IEnumerable<string> folders, Func<string, string?> environment, CancellationToken cancellationToken = default) =>
        LoadAsync(folders, inline: null, environment, cancellationToken);

    /// <summary>Reads folders, and after them the text <paramref name="inline"/> as if it were a file of that name; null: none.</summary>
    public static async Task<ResourceSet> LoadAsync(
        IEnumerable<string> folders, string? inline, Func<string, string?> environment, CancellationToken cancellationToken)
    {
        var builder = new Builder(environment(NamespaceVariable));
        foreach (var folder in folders)
        {
            if (!Directory.Exists(folder))
            {
                builder.Faults.Add($"{folder}: no such folder");
                continue;
            }

            foreach (var file in Directory.EnumerateFiles(folder).Where(IsResourceFile).Order(StringComparer.Ordinal))
            {
                await ReadFileAsync(file, builder, cancellationToken);
            }
        }

        if (inline is not null)
        {
            ReadText(nameof(inline), inline, builder);
        }

        return builder.Build();
    }

    /// <summary>Reads one text as if it were the file <paramref name="source"/>.</summary>
    internal static ResourceSet Parse(string source, string text, string? ownNamespace = null)
    {
        var builder = new Builder(ownNamespace);
        ReadText(source, text, builder);
        return builder.Build();
    }

    private static bool IsResourceFile(string path) => Path.GetExtension(path).ToLowerInvariant() is ".yaml" or ".yml";

    private static async Task ReadFileAsync(string file, Builder builder, CancellationToken cancellationToken)
    {
        try
        {
            ReadText(file, await File.ReadAllTextAsync(file, cancellationToken), builder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            builder.Faults.Add($"{file}: {e.Message}");
        }
    }

    private static void ReadText(string source, string text, Builder builder)
    {
        foreach (var (firstLine, document) in Split(text))
        {
            ReadDocument(source, firstLine, document, builder);
        }
    }

    // Documents are split before they are parsed, so that a fault in one leaves the others.
    private static IEnumerable<(int FirstLine, string Text)> Split(string text)
    {
        var document = new StringBuilder();
        var (line, firstLine) = (0, 1);
        using var reader = new StringReader(text);
        while (reader.ReadLine() is { } current)
        {
            line++;
            if (current.StartsWith("---", StringComparison.Ordinal) && current.TrimEnd().Length == 3)
            {
                yield return (firstLine, document.ToString());
                document.Clear();
                firstLine = line + 1;
                continue;
            }

            document.Append(current).Append('\n');
        }

        yield return (firstLine, document.ToString());
    }

    private static void ReadDocument(string source, int firstLine, string text, Builder builder)
    {
        YamlNode root;
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            if (stream.Documents.Count == 0)
            {
                return; // only comments
            }

            root = stream.Documents[0].RootNode;
        }
        catch (YamlException e)
        {
            builder.Faults.Add($"{source}({e.Start.Line + firstLine - 1}): {e.InnerException?.Message ?? e.Message}");
            return;
        }
        catch (InvalidOperationException e)
        {
            // The parser's own answer to some malformed flow sequences; it does not say where.
            builder.Faults.Add($"{source}({firstLine}): the document that begins here is no YAML: {e.Message}");
            return;
        }

        var document = new YamlReader(source, firstLine, builder.Faults);
        if (document.Map(root) is not { } resource || document.Text(resource, "apiVersion") is not { } apiVersion
            || !apiVersion.StartsWith("dapr.io/", StringComparison.Ordinal))
        {
            return;
        }

        switch (document.Text(resource, "kind"))
        {
            case "Component":
                builder.Add(ReadComponent(document, resource));
                break;
            case "Subscription":
                builder.Add(ReadSubscription(document, resource, apiVersion));
                break;
            case "Resiliency":
                builder.Add(ReadResiliency(document, resource));
                break;
            case "HTTPEndpoint":
                builder.Add(ReadHttpEndpoint(document, resource));
                break;
        }
    }

    private sealed partial class Builder(string? ownNamespace)
    {
        private readonly List<ComponentResource> _components = [];
        private readonly List<SubscriptionResource> _subscriptions = [];

        public List<string> Faults { get; } = [];

        public void Add(ComponentResource? component)
        {
            if (component is not null && (string.IsNullOrEmpty(ownNamespace) || component.Namespace is null || component.Namespace == ownNamespace))
            {
                _components.Add(component);
            }
        }

        public void Add(SubscriptionResource? subscription)
        {
            if (subscription is not null)
            {
                _subscriptions.Add(subscription);
            }
        }

        public ResourceSet Build() => new()
        {
            Components = _components, Subscriptions = _subscriptions, Resiliencies = _resiliencies, HttpEndpoints = _httpEndpoints, Faults = Faults,
        };
    }
}
