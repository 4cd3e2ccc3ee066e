using EmbeddedDapr.Diagnostics;
using EmbeddedDapr.Runtime.Configuration;
using EmbeddedDapr.Server.Metrics;

namespace EmbeddedDapr.Server.Tests.Metrics;

/// <summary>Each test has an app of its own: instruments are the process', and other tests measure too.</summary>
public sealed class MetricsStoreTests
{
    [Fact]
    public void Counters_and_histograms_are_written_with_sorted_labels()
    {
        using var store = new MetricsStore(new MetricsStoreOptions { LatencyBuckets = [1000, 100000] });
        var metrics = Metrics("written");

        metrics.State("store", "get", success: true, metrics.Start());
        metrics.State("store", "get", success: true, metrics.Start());

        var lines = Lines(store, "written");
        Assert.Equal(
            [
                """dapr_component_state_count{app_id="written",component="store",namespace="",operation="get",success="true"} 2""",
                """dapr_component_state_latencies_bucket{app_id="written",component="store",namespace="",operation="get",success="true",le="1000"} 2""",
                """dapr_component_state_latencies_bucket{app_id="written",component="store",namespace="",operation="get",success="true",le="100000"} 2""",
                """dapr_component_state_latencies_bucket{app_id="written",component="store",namespace="",operation="get",success="true",le="+Inf"} 2""",
                """dapr_component_state_latencies_count{app_id="written",component="store",namespace="",operation="get",success="true"} 2""",
            ],
            lines.Where(line => !line.Contains("_sum", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_gauge_keeps_the_last_value()
    {
        using var store = new MetricsStore(new MetricsStoreOptions());
        var metrics = Metrics("gauge");

        metrics.ActorCallsPending("T", 3);
        metrics.ActorCallsPending("T", 0);

        Assert.Equal("""dapr_runtime_actor_pending_actor_calls{actor_type="T",app_id="gauge"} 0""", Assert.Single(Lines(store, "gauge")));
    }

    [Fact]
    public void Letters_that_would_end_a_label_are_escaped()
    {
        using var store = new MetricsStore(new MetricsStoreOptions());

        Metrics("escaped").ComponentMade("a\"b\\c\nd");

        Assert.Equal("""dapr_runtime_component_init_total{app_id="escaped",component="a\"b\\c\nd"} 1""", Assert.Single(Lines(store, "escaped")));
    }

    [Fact]
    public void Series_beyond_the_bound_are_dropped_and_counted()
    {
        using var store = new MetricsStore(new MetricsStoreOptions { SeriesMax = 0 });

        Metrics("bounded").ComponentMade("state.in-memory");

        Assert.Empty(Lines(store, "bounded"));
    }

    [Fact]
    public void Refusals_are_counted_only_when_asked_for()
    {
        using var store = new MetricsStore(new MetricsStoreOptions());
        var error = new ApiError("ERR_STATE_GET", string.Empty, 500, GrpcCode.Internal);

        Metrics("unasked").Refused(error);
        new SidecarMetrics("asked", new MetricsConfiguration { RecordsErrorCodes = true }, TimeProvider.System).Refused(error);

        Assert.Empty(Lines(store, "unasked"));
        Assert.Equal("""dapr_error_code_total{app_id="asked",category="state",error_code="ERR_STATE_GET"} 1""", Assert.Single(Lines(store, "asked")));
    }

    private static SidecarMetrics Metrics(string appId) => new(appId, new MetricsConfiguration(), TimeProvider.System);

    private static List<string> Lines(MetricsStore store, string appId) =>
        [.. PrometheusText.Write(store.Families).Split('\n').Where(line => line.Contains($"app_id=\"{appId}\"", StringComparison.Ordinal))];
}
