using System.Text;

namespace EmbeddedDapr.Server.Metrics;

/// <summary>Labels in Prometheus' text format.</summary>
internal static class MetricLabels
{
    public static string Render(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in tags.ToArray().OrderBy(tag => tag.Key, StringComparer.Ordinal))
        {
            text.Append(text.Length == 0 ? string.Empty : ",").Append(name).Append("=\"");
            foreach (var letter in (string)value!)
            {
                _ = letter switch
                {
                    '\\' => text.Append(@"\\"),
                    '"' => text.Append("\\\""),
                    '\n' => text.Append(@"\n"),
                    _ => text.Append(letter),
                };
            }

            text.Append('"');
        }

        return text.ToString();
    }
}
