using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace EmbeddedDapr.Runtime.Configuration;

/// <summary>
/// Reads <c>kind: Configuration</c> files (daprd's <c>--config</c>). Several are laid over one another in order: members of a mapping one by one, everything else, lists too, as a
/// whole, so that the <c>features</c> of the last file that has some count alone. <c>$NAME</c> and <c>${NAME}</c> stand for environment variables.
/// </summary>
public static partial class ConfigurationFiles
{
    /// <summary>Reads files. Every fault is told; with any, the configuration is not to be used.</summary>
    /// <param name="paths">Files, in order; none: <see cref="RuntimeConfiguration.Default"/>.</param>
    /// <param name="environment">Reads an environment variable.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public static async Task<(RuntimeConfiguration Configuration, IReadOnlyList<string> Faults)> ReadAsync(
        IEnumerable<string> paths, Func<string, string?> environment, CancellationToken cancellationToken)
    {
        var texts = new List<(string Source, string Text)>();
        var faults = new List<string>();
        foreach (var path in paths)
        {
            try
            {
                texts.Add((path, await File.ReadAllTextAsync(path, cancellationToken)));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                faults.Add($"configuration file {path}: {exception.Message}");
            }
        }

        var configuration = Parse(texts, environment, faults);
        return (configuration, faults);
    }

    /// <summary>Reads texts as if they were files.</summary>
    internal static RuntimeConfiguration Parse(IEnumerable<(string Source, string Text)> texts, Func<string, string?> environment, List<string> faults)
    {
        var merged = new YamlMappingNode();
        var sources = new List<string>();
        foreach (var (source, text) in texts)
        {
            sources.Add(source);
            try
            {
                var stream = new YamlStream();
                stream.Load(new StringReader(EnvironmentText.Expand(text, environment)));
                if (stream.Documents is [var document, ..])
                {
                    // Only the first document counts, as in daprd.
                    if (document.RootNode is YamlMappingNode root)
                    {
                        LayOver(merged, root);
                    }
                    else if (document.RootNode is not YamlScalarNode { Value: "" or null })
                    {
                        faults.Add($"configuration file {source}: a mapping is expected");
                    }
                }
            }
            catch (Exception exception) when (exception is YamlException or InvalidOperationException)
            {
                faults.Add($"configuration file {source}: {exception.InnerException?.Message ?? exception.Message}");
            }
        }

        return Read(new ResourceLoader.YamlReader(string.Join(", ", sources), 1, faults), merged);
    }

    private static void LayOver(YamlMappingNode target, YamlMappingNode source)
    {
        foreach (var (name, value) in source.Children)
        {
            if (value is YamlMappingNode map && target.Children.TryGetValue(name, out var earlier) && earlier is YamlMappingNode earlierMap)
            {
                LayOver(earlierMap, map);
            }
            else
            {
                target.Children[name] = value;
            }
        }
    }
}
