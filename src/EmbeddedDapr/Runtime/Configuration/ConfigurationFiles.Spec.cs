using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace EmbeddedDapr.Runtime.Configuration;

/// <content>From YAML to <see cref="RuntimeConfiguration"/>, member by member.</content>
public static partial class ConfigurationFiles
{
    private static RuntimeConfiguration Read(ResourceLoader.YamlReader document, YamlMappingNode resource)
    {
        if (document.Map(resource, "spec") is not { } spec)
        {
            return RuntimeConfiguration.Default;
        }

        var api = document.Map(spec, "api") ?? [];
        return new RuntimeConfiguration
        {
            Tracing = document.Map(spec, "tracing") is { } tracing ? ReadTracing(document, tracing) : null,
            Metrics = ReadMetrics(document, document.Map(spec, "metrics") ?? document.Map(spec, "metric") ?? []),
            SecretScopes = ReadSecretScopes(document, document.Map(spec, "secrets") ?? []),
            AccessControl = document.Map(spec, "accessControl") is { } access ? ReadAccessControl(document, access) : null,
            Features = ReadFeatures(document, spec),
            ApiAllowed = ReadApiRules(document, api, "allowed"),
            ApiDenied = ReadApiRules(document, api, "denied"),
            ComponentsDenied = document.Texts(document.Map(spec, "components") ?? [], "deny"),
            Workflow = ReadWorkflow(document, document.Map(spec, "workflow") ?? []),
            ApiLogging = ReadApiLogging(document, document.Map(document.Map(spec, "logging") ?? [], "apiLogging") ?? []),
        };
    }

    private static TracingConfiguration ReadTracing(ResourceLoader.YamlReader document, YamlMappingNode tracing)
    {
        var otel = document.Map(tracing, "otel") ?? [];
        return new TracingConfiguration
        {
            SamplingRate = document.Text(tracing, "samplingRate"),
            WritesToStdout = document.Flag(tracing, "stdout"),
            ZipkinEndpoint = Given(document.Text(document.Map(tracing, "zipkin") ?? [], "endpointAddress")),
            OtelEndpoint = Given(document.Text(otel, "endpointAddress")),
            OtelProtocol = Given(document.Text(otel, "protocol")),
            OtelIsSecure = document.Text(otel, "isSecure") is null || document.Flag(otel, "isSecure"),
            OtelHeaders = HeadersOf(document, otel),
        };
    }

    // Headers are a list of "name=value" in newer files, a mapping in older ones.
    private static Dictionary<string, string> HeadersOf(ResourceLoader.YamlReader document, YamlMappingNode otel)
    {
        if (otel.Children.TryGetValue(new YamlScalarNode("headers"), out var headers) && headers is YamlSequenceNode)
        {
            return document.Texts(otel, "headers").Select(header => header.Split('=', 2)).Where(parts => parts.Length == 2).ToDictionary(parts => parts[0].Trim(), parts => parts[1].Trim());
        }

        return document.TextMap(otel, "headers");
    }

    private static MetricsConfiguration ReadMetrics(ResourceLoader.YamlReader document, YamlMappingNode metrics)
    {
        var http = document.Map(metrics, "http") ?? [];
        var buckets = new List<double>();
        foreach (var text in document.Texts(metrics, "latencyDistributionBuckets"))
        {
            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var bucket))
            {
                buckets.Add(bucket);
            }
            else
            {
                document.Refuse(metrics, $"'latencyDistributionBuckets' has '{text}', not a number");
            }
        }

        return new MetricsConfiguration
        {
            IsEnabled = document.Text(metrics, "enabled") is null || document.Flag(metrics, "enabled"),
            RecordsErrorCodes = document.Flag(metrics, "recordErrorCodes"),
            LatencyBuckets = [.. buckets.Order()],
            Http = new HttpMetricsConfiguration
            {
                IncreasedCardinality = document.Text(http, "increasedCardinality") is null || document.Flag(http, "increasedCardinality"),
                PathMatching = document.Texts(http, "pathMatching"),
                ExcludesVerbs = document.Flag(http, "excludeVerbs"),
            },
        };
    }

    private static List<SecretScope> ReadSecretScopes(ResourceLoader.YamlReader document, YamlMappingNode secrets)
    {
        var scopes = new List<SecretScope>();
        foreach (var scope in document.Maps(secrets, "scopes"))
        {
            var store = document.Text(scope, "storeName") ?? string.Empty;
            var access = document.Text(scope, "defaultAccess") ?? string.Empty;
            if (scopes.Exists(other => other.StoreName == store))
            {
                document.Refuse(scope, $"the secret store '{store}' has two scopes");
            }

            if (!access.Equals("deny", StringComparison.OrdinalIgnoreCase) && !access.Equals("allow", StringComparison.OrdinalIgnoreCase) && access.Length > 0)
            {
                document.Refuse(scope, $"'defaultAccess' is '{access}', not allow or deny");
            }

            scopes.Add(new SecretScope(
                store, access.Equals("deny", StringComparison.OrdinalIgnoreCase), document.Texts(scope, "allowedSecrets"), document.Texts(scope, "deniedSecrets")));
        }

        return scopes;
    }

    private static AccessControlConfiguration ReadAccessControl(ResourceLoader.YamlReader document, YamlMappingNode access)
    {
        var policies = document.Maps(access, "policies").Select(policy => new AccessPolicy(
            document.Text(policy, "appId") ?? string.Empty,
            document.Text(policy, "defaultAction") ?? string.Empty,
            document.Text(policy, "trustDomain") ?? string.Empty,
            document.Text(policy, "namespace") ?? string.Empty,
            [.. document.Maps(policy, "operations").Select(operation => new AccessOperation(
                document.Text(operation, "name") ?? string.Empty, document.Texts(operation, "httpVerb"), document.Text(operation, "action") ?? string.Empty))]));
        return new AccessControlConfiguration(document.Text(access, "defaultAction") ?? string.Empty, Given(document.Text(access, "trustDomain")) ?? "public", [.. policies]);
    }

    private static Dictionary<string, bool> ReadFeatures(ResourceLoader.YamlReader document, YamlMappingNode spec)
    {
        var features = new Dictionary<string, bool>(StringComparer.Ordinal);
        foreach (var feature in document.Maps(spec, "features"))
        {
            features[document.Text(feature, "name") ?? string.Empty] = document.Flag(feature, "enabled");
        }

        return features;
    }

    private static List<ApiRule> ReadApiRules(ResourceLoader.YamlReader document, YamlMappingNode api, string name) =>
    [
        .. document.Maps(api, name).Select(rule => new ApiRule(
            document.Text(rule, "name") ?? string.Empty, document.Text(rule, "version") ?? string.Empty, document.Text(rule, "protocol") ?? string.Empty)),
    ];

    private static ApiLoggingConfiguration ReadApiLogging(ResourceLoader.YamlReader document, YamlMappingNode logging) => new()
    {
        IsEnabled = document.Text(logging, "enabled") is null ? null : document.Flag(logging, "enabled"),
        ObfuscatesUrls = document.Flag(logging, "obfuscateURLs"),
        OmitsHealthChecks = document.Text(logging, "omitHealthChecks") is null || document.Flag(logging, "omitHealthChecks"),
    };

    private static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
