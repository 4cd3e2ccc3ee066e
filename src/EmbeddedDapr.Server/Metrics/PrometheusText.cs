using System.Globalization;
using System.Text;

namespace EmbeddedDapr.Server.Metrics;

/// <summary>Writes what was measured in Prometheus' text format, version 0.0.4.</summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static string Write(IEnumerable<MetricFamily> families)
    {
        var text = new StringBuilder();
        foreach (var family in families)
        {
            text.Append("# HELP ").Append(family.Name).Append(' ').Append(family.Description).Append('\n')
                .Append("# TYPE ").Append(family.Name).Append(' ').Append(TypeOf(family.Kind)).Append('\n');
            foreach (var series in family.Series)
            {
                if (family.Kind == MetricKind.Histogram)
                {
                    WriteHistogram(text, family, series);
                }
                else
                {
                    Line(text, family.Name, series.Labels, series.Read().Value);
                }
            }

            if (family.Dropped > 0)
            {
                text.Append("# ").Append(family.Name).Append(": more series than are kept, measurements dropped: ").Append(family.Dropped.ToString(CultureInfo.InvariantCulture)).Append('\n');
            }
        }

        return text.ToString();
    }

    private static string TypeOf(MetricKind kind) => kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.Gauge => "gauge",
        MetricKind.Histogram => "histogram",
    };

    private static void WriteHistogram(StringBuilder text, MetricFamily family, MetricSeries series)
    {
        var (count, sum, counts) = series.Read();
        var below = 0L;
        var labels = series.Labels.Length == 0 ? string.Empty : series.Labels + ",";
        for (var index = 0; index < counts.Length; index++)
        {
            below += counts[index];
            Line(text, family.Name + "_bucket", $"{labels}le=\"{family.Buckets[index].ToString("R", CultureInfo.InvariantCulture)}\"", below);
        }

        Line(text, family.Name + "_bucket", $"{labels}le=\"+Inf\"", count);
        Line(text, family.Name + "_sum", series.Labels, sum);
        Line(text, family.Name + "_count", series.Labels, count);
    }

    private static void Line(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0)
        {
            text.Append('{').Append(labels).Append('}');
        }

        text.Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
    }
}
