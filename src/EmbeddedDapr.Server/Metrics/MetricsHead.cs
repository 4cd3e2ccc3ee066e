using System.Text;
using EmbeddedDapr.Server.Hosting;
using EmbeddedDapr.Server.Http;

namespace EmbeddedDapr.Server.Metrics;

/// <summary>The metrics port: every path answers what was measured.</summary>
internal static class MetricsHead
{
    /// <summary>Adds it; without a store only the process' own numbers are there (recorded: runtime-metrics-config-off).</summary>
    public static void MapMetricsPort(this WebApplication app, MetricsStore? store) => app.MapWhen(context => context.IsFor(Head.Metrics), branch => branch.Run(context =>
    {
        var text = new StringBuilder();
        if (store is not null)
        {
            text.Append(PrometheusText.Write(store.Families));
        }

        ProcessMetrics.Write(text);
        context.Response.ContentType = PrometheusText.ContentType;
        return context.WriteBodyAsync(StatusCodes.Status200OK, Encoding.UTF8.GetBytes(text.ToString()));
    }));
}
