using EmbeddedDapr.Diagnostics;
using EmbeddedDapr.Runtime.Configuration;

namespace EmbeddedDapr.Tests.Diagnostics;

public sealed class MetricPathsTests
{
    [Theory]
    [InlineData("/v1.0/state/store/key", "/v1.0/state/store")]
    [InlineData("/v1.0/secrets/vault/key", "/v1.0/secrets/vault")]
    [InlineData("/v1.0/actors/T/1/method/m", "/v1.0/actors/T/{id}/method")]
    [InlineData("/actors/T/1/method/m", "actors/T/{id}/method/m")]
    [InlineData("/v1.0/publish/pubsub/topic", "/v1.0/publish/pubsub/topic")]
    [InlineData("/orders/1", "/orders/1")]
    [InlineData("/", "/")]
    public void Increased_cardinality_shows_paths_without_keys_and_ids(string path, string label) =>
        Assert.Equal(label, new MetricPaths(new HttpMetricsConfiguration()).Label(path));

    [Fact]
    public void Without_it_nothing_is_shown() =>
        Assert.Equal(string.Empty, new MetricPaths(new HttpMetricsConfiguration { IncreasedCardinality = false }).Label("/orders/1"));

    [Theory]
    [InlineData("/orders/1", "/orders/{id}")]
    [InlineData("/orders/new", "/orders/new")]
    [InlineData("/v1.0/invoke/app/method/orders/1", "/orders/{id}")]
    [InlineData("/files/a/b", "/files/")]
    [InlineData("/any/a/b", "/any/{rest...}")]
    [InlineData("/orders", "_")]
    [InlineData("/orders/1/lines", "_")]
    public void Templates_stand_for_what_they_match_and_an_underline_for_the_rest(string path, string label)
    {
        var paths = new MetricPaths(new HttpMetricsConfiguration { IncreasedCardinality = false, PathMatching = ["/orders/{id}", "/orders/new", "/files/", "/any/{rest...}"] });

        Assert.Equal(label, paths.Label(path));
    }
}
