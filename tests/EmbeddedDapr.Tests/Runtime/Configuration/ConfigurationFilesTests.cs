using EmbeddedDapr.Runtime.Configuration;

namespace EmbeddedDapr.Tests.Runtime.Configuration;

public sealed class ConfigurationFilesTests
{
    private readonly List<string> _faults = [];

    [Fact]
    public void Everything_a_file_may_say_is_read()
    {
        var configuration = Parse("""
            apiVersion: dapr.io/v1alpha1
            kind: Configuration
            metadata: {name: all}
            spec:
              tracing: {samplingRate: 1, stdout: true, zipkin: {endpointAddress: "http://z"}, otel: {endpointAddress: o:1, protocol: grpc, isSecure: false, headers: ["a=b"]}}
              metrics: {enabled: false, recordErrorCodes: true, latencyDistributionBuckets: [50, 5], http: {increasedCardinality: true, pathMatching: ["/a/{id}"], excludeVerbs: true}}
              secrets: {scopes: [{storeName: vault, defaultAccess: Deny, allowedSecrets: [a]}]}
              accessControl: {defaultAction: deny, policies: [{appId: b, defaultAction: allow, operations: [{name: /x, httpVerb: ["POST"], action: allow}]}]}
              features: [{name: HotReload, enabled: false}, {name: ActorStateTTL, enabled: true}]
              api: {allowed: [{name: state, version: v1.0, protocol: http}], denied: [{name: invoke, version: v1, protocol: grpc}]}
              components: {deny: [state.redis]}
              logging: {apiLogging: {enabled: true, obfuscateURLs: true, omitHealthChecks: false}}
            """);

        Assert.Empty(_faults);
        Assert.Equal(("1", true, "http://z", "o:1", false), (configuration.Tracing!.SamplingRate, configuration.Tracing.WritesToStdout, configuration.Tracing.ZipkinEndpoint, configuration.Tracing.OtelEndpoint, configuration.Tracing.OtelIsSecure));
        Assert.Equal("b", configuration.Tracing.OtelHeaders["a"]);
        Assert.Equal((false, true, true, true), (configuration.Metrics.IsEnabled, configuration.Metrics.RecordsErrorCodes, configuration.Metrics.Http.IncreasedCardinality, configuration.Metrics.Http.ExcludesVerbs));
        Assert.Equal([5, 50], configuration.Metrics.LatencyBuckets);
        Assert.True(configuration.SecretScopes[0].Allows("a"));
        Assert.False(configuration.SecretScopes[0].Allows("b"));
        Assert.Equal(("deny", "/x"), (configuration.AccessControl!.DefaultAction, configuration.AccessControl.Policies[0].Operations[0].Name));
        Assert.Equal((false, true, true), (configuration.HasFeature(RuntimeFeatures.HotReload), configuration.HasFeature(RuntimeFeatures.ActorStateTtl), configuration.HasFeature(RuntimeFeatures.WorkflowsRemoteActivityReminder)));
        Assert.Equal([new ApiRule("state", "v1.0", "http")], configuration.ApiAllowed);
        Assert.Equal([new ApiRule("invoke", "v1", "grpc")], configuration.ApiDenied);
        Assert.Equal(["state.redis"], configuration.ComponentsDenied);
        Assert.Equal((true, true, false), (configuration.ApiLogging.IsEnabled, configuration.ApiLogging.ObfuscatesUrls, configuration.ApiLogging.OmitsHealthChecks));
    }

    [Fact]
    public void A_later_file_changes_members_and_replaces_lists()
    {
        var configuration = Parse(
            "spec: {tracing: {samplingRate: '1', stdout: true}, features: [{name: A, enabled: true}, {name: B, enabled: true}]}",
            "spec: {tracing: {samplingRate: '0'}, features: [{name: B, enabled: false}]}",
            "spec: {metric: {enabled: false}}");

        Assert.Equal(("0", true, true), (configuration.Tracing!.SamplingRate, configuration.Tracing.WritesToStdout, configuration.Tracing.IsOff));
        Assert.Equal(["B"], configuration.Features.Keys);
        Assert.False(configuration.Metrics.IsEnabled);
    }

    [Theory]
    [InlineData("spec: [1]")]
    [InlineData("spec: {metric: {enabled: perhaps}}")]
    [InlineData("spec: {secrets: {scopes: [{storeName: a}, {storeName: a}]}}")]
    [InlineData("spec: {secrets: {scopes: [{storeName: a, defaultAccess: maybe}]}}")]
    [InlineData("spec: {a: b")]
    public void What_is_wrong_is_told(string text)
    {
        Parse(text);

        Assert.NotEmpty(_faults);
    }

    [Theory]
    [InlineData("a $NAME ${NAME}b $NAMES.", "a value valueb .")]
    [InlineData("5$ $- ${", "5$ $- ")]
    [InlineData("none", "none")]
    public void Variables_of_the_environment_are_filled_in(string text, string expanded) =>
        Assert.Equal(expanded, EnvironmentText.Expand(text, name => name == "NAME" ? "value" : null));

    private RuntimeConfiguration Parse(params string[] texts) => ConfigurationFiles.Parse(texts.Select((text, index) => ($"file{index}", text)), _ => null, _faults);
}
