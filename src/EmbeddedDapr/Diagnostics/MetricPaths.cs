using EmbeddedDapr.Runtime.Configuration;

namespace EmbeddedDapr.Diagnostics;

/// <summary>
/// What stands in the <c>path</c> label: a template of the configuration that matches; else, with increased cardinality, the path without the ids that the API's own paths hold; else
/// <c>_</c>, or nothing at all when there are no templates.
/// </summary>
internal sealed class MetricPaths
{
    private const string Unmatched = "_";
    private const string InvokePrefix = "/v1.0/invoke/";
    private const string InvokeMethod = "/method";
    private readonly (string Template, string[] Segments)[] _templates;
    private readonly bool _showsPaths;

    public MetricPaths(HttpMetricsConfiguration configuration)
    {
        _showsPaths = configuration.IncreasedCardinality;

        // Of two that match, the one with more fixed segments says more.
        _templates =
        [
            .. configuration.PathMatching
                .Select(template => (Template: template, Segments: Split(template)))
                .OrderByDescending(template => template.Segments.Count(segment => !IsVariable(segment)))
                .ThenByDescending(template => template.Segments.Length),
        ];
    }

    public string Label(string path)
    {
        if (_templates.Length > 0)
        {
            // A template names a method of an app, whether it is called here or invoked through here.
            if ((Match(path) ?? (MethodOf(path) is { } method ? Match(method) : null)) is { } template)
            {
                return template;
            }

            return _showsPaths ? WithoutIds(path) : Unmatched;
        }

        return _showsPaths ? WithoutIds(path) : string.Empty;
    }

    /// <summary>Takes keys and actor ids out: <c>/v1.0/state/store/key</c> is <c>/v1.0/state/store</c>.</summary>
    internal static string WithoutIds(string path)
    {
        const int PartsMax = 6;
        const string Id = "{id}";
        var parts = path.TrimStart('/').Split('/', PartsMax);
        if (parts.Length < 3)
        {
            return path;
        }

        // A callback: actors/TYPE/ID/method/NAME, without its leading slash as daprd has it.
        if (parts[0] == "actors")
        {
            parts[2] = Id;
            return string.Join('/', parts);
        }

        switch (parts[1])
        {
            case "state" or "secrets":
                return "/" + string.Join('/', parts[..3]);
            case "actors" when parts.Length >= 5:
                parts[3] = Id;
                return "/" + string.Join('/', parts[..5]);
            default:
                return path;
        }
    }

    private static string[] Split(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries);

    private static bool IsVariable(string segment) => segment.StartsWith('{') && segment.EndsWith('}');

    private static string? MethodOf(string path) =>
        path.StartsWith(InvokePrefix, StringComparison.Ordinal) && path.IndexOf(InvokeMethod + "/", InvokePrefix.Length, StringComparison.Ordinal) is > 0 and var at ? path[(at + InvokeMethod.Length)..] : null;

    private string? Match(string path)
    {
        var segments = Split(path);
        foreach (var (template, parts) in _templates)
        {
            if (Fits(template, parts, segments))
            {
                return template;
            }
        }

        return null;
    }

    private static bool Fits(string template, string[] parts, string[] segments)
    {
        for (var index = 0; index < parts.Length; index++)
        {
            if (parts[index].EndsWith("...}", StringComparison.Ordinal))
            {
                return true;
            }

            if (index >= segments.Length || (!IsVariable(parts[index]) && parts[index] != segments[index]))
            {
                return false;
            }
        }

        // A slash at the end stands for everything below.
        return parts.Length == segments.Length || template.EndsWith('/');
    }
}
