using EmbeddedDapr.Cel;
using EmbeddedDapr.Resiliency;
using YamlDotNet.RepresentationModel;

namespace EmbeddedDapr.Runtime;

public static partial class ResourceLoader
{
    private const int HttpStatusMin = 100;
    private const int HttpStatusMax = 599;
    private const int GrpcCodeMax = 16;

    /// <summary>A resource with a mistake has no effect at all, and does not end the program (recorded: resiliency-invalid, resiliency-app-retry-matching-blank).</summary>
    private static ResiliencyResource? ReadResiliency(YamlReader document, YamlMappingNode resource)
    {
        var faultsBefore = document.FaultCount;
        if (document.RequiredMap(resource, "metadata") is not { } metadata || document.RequiredMap(resource, "spec") is not { } spec)
        {
            return null;
        }

        var policies = document.Map(spec, "policies");
        var targets = document.Map(spec, "targets");
        var timeouts = policies is null ? null : document.Map(policies, "timeouts");
        var read = new ResiliencyResource
        {
            Name = document.Text(metadata, "name") ?? string.Empty,
            Namespace = document.Text(metadata, "namespace") ?? string.Empty,
            Scopes = document.Texts(resource, "scopes"),
            Timeouts = timeouts is null ? [] : document.TextMap(policies!, "timeouts").Keys.ToDictionary(name => name, name => document.Span(timeouts, name, TimeSpan.Zero)),
            Retries = document.NamedMaps(policies, "retries").ToDictionary(entry => entry.Name, entry => ReadRetry(document, entry.Value)),
            Breakers = document.NamedMaps(policies, "circuitBreakers").ToDictionary(entry => entry.Name, entry => ReadBreaker(document, entry.Name, entry.Value)),
            Apps = document.NamedMaps(targets, "apps").ToDictionary(entry => entry.Name, entry => ReadTarget(document, entry.Value)),
            Actors = document.NamedMaps(targets, "actors").ToDictionary(entry => entry.Name, entry => ReadActorTarget(document, entry.Value)),
            Components = document.NamedMaps(targets, "components").ToDictionary(entry => entry.Name, entry => new ComponentRule(
                ReadTarget(document, document.Map(entry.Value, "inbound")), ReadTarget(document, document.Map(entry.Value, "outbound")))),
        };
        return document.FaultCount == faultsBefore ? read : null;
    }

    private static RetryRule ReadRetry(YamlReader document, YamlMappingNode retry)
    {
        var policy = document.Text(retry, "policy") ?? "constant";
        var exponential = policy.Equals("exponential", StringComparison.OrdinalIgnoreCase);
        if (!exponential && !policy.Equals("constant", StringComparison.OrdinalIgnoreCase))
        {
            document.Refuse(retry, $"'policy' is '{policy}', neither constant nor exponential");
        }

        var matching = document.Map(retry, "matching");
        return new RetryRule
        {
            IsExponential = exponential,
            Duration = document.Span(retry, "duration", RetryRule.DefaultDuration),
            IntervalMax = document.Span(retry, "maxInterval", RetryRule.DefaultIntervalMax),
            ElapsedMax = exponential ? ExponentialBackOff.ElapsedMax : null,
            RetriesMax = document.Integer(retry, "maxRetries") ?? -1,
            HttpStatuses = ReadStatuses(document, matching, "httpStatusCodes", HttpStatusMin, HttpStatusMax),
            GrpcCodes = ReadStatuses(document, matching, "gRPCStatusCodes", 0, GrpcCodeMax),
        };
    }

    private static StatusRanges ReadStatuses(YamlReader document, YamlMappingNode? matching, string name, int min, int max)
    {
        if (matching is null)
        {
            return StatusRanges.All;
        }

        var text = document.Text(matching, name);
        if (StatusRanges.Parse(text, min, max) is { } ranges)
        {
            return ranges;
        }

        document.Refuse(matching, $"'{name}' is '{text}', not a list such as 429,500-599");
        return StatusRanges.All;
    }

    private static BreakerRule ReadBreaker(YamlReader document, string name, YamlMappingNode breaker)
    {
        CelExpression? trip = null;
        if (document.Text(breaker, "trip") is { Length: > 0 } text)
        {
            trip = CelExpression.Compile(text, out var error);
            if (trip is null)
            {
                document.Refuse(breaker, $"'trip' is '{text}': {error}");
            }
        }

        var openTime = document.Span(breaker, "timeout", BreakerRule.DefaultOpenTime);
        return new BreakerRule
        {
            Name = name,
            RequestsMax = Math.Max(1, document.Integer(breaker, "maxRequests") ?? 1),
            Interval = document.Span(breaker, "interval", TimeSpan.Zero),
            OpenTime = openTime > TimeSpan.Zero ? openTime : BreakerRule.DefaultOpenTime,
            Trip = trip,
        };
    }

    private static TargetRule ReadTarget(YamlReader document, YamlMappingNode? target) => target is null
        ? new(null, null, null)
        : new(
            document.Text(target, "timeout"),
            document.Text(target, "retry"),
            document.Text(target, "circuitBreaker"),
            Math.Max(0, document.Integer(target, "circuitBreakerCacheSize") ?? 0));

    private static TargetRule ReadActorTarget(YamlReader document, YamlMappingNode target)
    {
        var rule = ReadTarget(document, target);
        if (string.IsNullOrEmpty(rule.Breaker))
        {
            return rule;
        }

        var scope = document.Text(target, "circuitBreakerScope");
        if (scope is not ("type" or "id" or "both"))
        {
            document.Refuse(target, $"'circuitBreakerScope' is '{scope}', neither type nor id nor both");
        }

        // "both" is the same as "id" (recorded: resiliency-actor-breaker-both).
        return rule with { OneBreakerForType = scope == "type" };
    }

    private sealed partial class Builder
    {
        private readonly List<ResiliencyResource> _resiliencies = [];

        public void Add(ResiliencyResource? resiliency)
        {
            if (resiliency is not null)
            {
                _resiliencies.Add(resiliency);
            }
        }
    }
}
