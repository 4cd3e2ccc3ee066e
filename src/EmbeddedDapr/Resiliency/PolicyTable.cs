namespace EmbeddedDapr.Resiliency;

/// <summary>The policies of all resources in an app's scope, by name: what comes later in file order replaces what came before, the built-in ones too.</summary>
internal sealed class PolicyTable
{
    private const string BuiltInPrefix = "DaprBuiltIn";
    private const int BuiltInRetriesMin = 3;
    private readonly Dictionary<string, TimeSpan> _timeouts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, BreakerRule> _breakers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RetryRule> _retries = new(StringComparer.Ordinal)
    {
        [BuiltInPolicies.ServiceRetries] = new() { Duration = TimeSpan.FromSeconds(1), RetriesMax = 3 },
        [BuiltInPolicies.ActorRetries] = new() { Duration = TimeSpan.FromSeconds(1), RetriesMax = 3 },
        [BuiltInPolicies.ReminderRetries] = new() { IsExponential = true, ElapsedMax = ExponentialBackOff.ElapsedMax },
        [BuiltInPolicies.InitializationRetries] = new()
        {
            IsExponential = true, IntervalMax = TimeSpan.FromSeconds(1), RetriesMax = 3, ElapsedMax = TimeSpan.FromSeconds(10),
        },
        [BuiltInPolicies.ActorNotFoundRetries] = new() { Duration = TimeSpan.FromSeconds(1), RetriesMax = 5 },
    };

    public PolicyTable(IEnumerable<ResiliencyResource> resources)
    {
        foreach (var resource in resources)
        {
            (Resource, Namespace) = (resource.Name, resource.Namespace);
            Copy(resource.Timeouts, _timeouts);
            Copy(resource.Breakers, _breakers);
            Copy(resource.Apps, Apps);
            Copy(resource.Actors, Actors);
            Copy(resource.Components, Components);
            foreach (var (name, rule) in resource.Retries)
            {
                AddRetry(name, rule);
            }
        }
    }

    /// <summary>Told what policies do; null: nobody. May be set at any time.</summary>
    public IResiliencyObserver? Observer { get; set; }

    /// <summary>Name of the resource that was read last, which metrics name.</summary>
    public string Resource { get; } = string.Empty;

    /// <summary>Its namespace.</summary>
    public string Namespace { get; } = string.Empty;

    public Dictionary<string, TargetRule> Apps { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, TargetRule> Actors { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, ComponentRule> Components { get; } = new(StringComparer.Ordinal);

    public TimeSpan? Timeout(string? name) => name is not null && _timeouts.TryGetValue(name, out var timeout) && timeout > TimeSpan.Zero ? timeout : null;

    public RetryRule? Retry(string? name) => name is null ? null : _retries.GetValueOrDefault(name);

    public BreakerRule? Breaker(string? name) => name is null ? null : _breakers.GetValueOrDefault(name);

    /// <summary>The names that apply to a target nobody names: for each kind of policy the most specific one that exists (contract section 9.2).</summary>
    /// <param name="levels">Most specific first.</param>
    public TargetRule Default(params ReadOnlySpan<string> levels)
    {
        string? timeout = null, retry = null, breaker = null;
        foreach (var level in (ReadOnlySpan<string>)[.. levels, string.Empty])
        {
            timeout ??= Known(_timeouts, $"Default{level}TimeoutPolicy");
            retry ??= Known(_retries, $"Default{level}RetryPolicy");
            breaker ??= Known(_breakers, $"Default{level}CircuitBreakerPolicy");
        }

        return new(timeout, retry, breaker);
    }

    private static string? Known<T>(Dictionary<string, T> policies, string name) => policies.ContainsKey(name) ? name : null;

    private static void Copy<T>(IReadOnlyDictionary<string, T> from, Dictionary<string, T> to)
    {
        foreach (var (name, value) in from)
        {
            to[name] = value;
        }
    }

    private void AddRetry(string name, RetryRule rule)
    {
        if (name == BuiltInPolicies.ActorNotFoundRetries)
        {
            return;
        }

        // Built-in retries bridge restarts of others; fewer than three would not.
        _retries[name] = name.StartsWith(BuiltInPrefix, StringComparison.Ordinal) && _retries.ContainsKey(name) && rule.RetriesMax < BuiltInRetriesMin
            ? rule with { RetriesMax = BuiltInRetriesMin }
            : rule;
    }
}

/// <summary>Policies that exist without any resource (contract section 9.2).</summary>
internal static class BuiltInPolicies
{
    public const string ServiceRetries = "DaprBuiltInServiceRetries";
    public const string ActorRetries = "DaprBuiltInActorRetries";
    public const string ReminderRetries = "DaprBuiltInActorReminderRetries";
    public const string InitializationRetries = "DaprBuiltInInitializationRetries";
    public const string ActorNotFoundRetries = "DaprBuiltInActorNotFoundRetries";
}
