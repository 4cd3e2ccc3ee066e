using System.Collections.Concurrent;

namespace EmbeddedDapr.Resiliency;

/// <summary>Kinds of components, as the names of default policies spell them (contract section 9.2).</summary>
public enum ComponentKind
{
    /// <summary>Bindings.</summary>
    Binding,

    /// <summary>Configuration stores.</summary>
    Configuration,

    /// <summary>Locks.</summary>
    Lock,

    /// <summary>Pub/sub.</summary>
    Pubsub,

    /// <summary>Secret stores.</summary>
    Secretstore,

    /// <summary>State stores.</summary>
    Statestore,
}

/// <summary>
/// Which policy applies to what, for one app's sidecar. Every question answers null where there is none: the call is then made as if this class did not exist. A target that
/// a resource names has what is named there and nothing else; for the others the default policies count. Thread safe.
/// </summary>
public sealed class ResiliencyPolicies
{
    private const int AppBreakersMax = 100;
    private const int ActorBreakersMax = 5000;
    private const string Outbound = "outbound";
    private const string Inbound = "inbound";

    // Apps that no resource names share one cache of breakers, since their ids come from callers.
    private const int DefaultBreakersMax = 10_000;

    private readonly PolicyTable _table;
    private readonly TimeProvider _time;
    private readonly Lock _randomGate = new();
    private readonly Random _random;
    private readonly Dictionary<string, KeyedTarget> _apps = new(StringComparer.Ordinal);
    private readonly Dictionary<string, KeyedTarget> _actors = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Name, ComponentKind Kind, bool IsInbound), ResiliencyPolicy?> _components = [];
    private readonly ConcurrentDictionary<string, CircuitBreaker> _componentBreakers = new(StringComparer.Ordinal);
    private readonly KeyedTarget? _otherApps;
    private readonly KeyedTarget? _otherActors;

    /// <summary>Makes the policies of an app.</summary>
    /// <param name="resources">All resources; those of other apps' scopes are left out.</param>
    /// <param name="appId">The app.</param>
    /// <param name="time">Clock and timers.</param>
    /// <param name="random">Spreads exponential delays.</param>
    public ResiliencyPolicies(IEnumerable<ResiliencyResource> resources, string appId, TimeProvider time, Random random)
    {
        var mine = resources.Where(resource => resource.Scopes.Count == 0 || resource.Scopes.Contains(appId)).ToList();
        (_table, _time, _random) = (new(mine), time, random);
        Resources = mine;
        _otherApps = Target(_table.Default("App"), DefaultBreakersMax, "app_");
        _otherActors = Target(_table.Default("Actor") with { OneBreakerForType = true }, ActorBreakersMax, "actor_");
        foreach (var (name, rule) in _table.Apps)
        {
            _apps[name] = Target(rule, AppBreakersMax, "app_" + name) ?? KeyedTarget.None;
        }

        foreach (var (name, rule) in _table.Actors)
        {
            _actors[name] = Target(rule, ActorBreakersMax, "actor_" + name) ?? KeyedTarget.None;
        }

        ServiceRetries = Policy(null, _table.Retry(BuiltInPolicies.ServiceRetries), null, Outbound, "app")!;
        InitializationRetries = Policy(null, _table.Retry(BuiltInPolicies.InitializationRetries), null, Outbound, "app")!;
    }

    /// <summary>No resource.</summary>
    public static ResiliencyPolicies None { get; } = new([], string.Empty, TimeProvider.System, new Random(0));

    /// <summary>Resources in use, in file order.</summary>
    public IReadOnlyList<ResiliencyResource> Resources { get; }

    /// <summary>Told what policies do; null: nobody.</summary>
    public IResiliencyObserver? Observer
    {
        get => _table.Observer;
        set
        {
            _table.Observer = value;
            foreach (var resource in Resources)
            {
                value?.Loaded(resource.Name, resource.Namespace);
            }
        }
    }

    /// <summary>Around calls of a peer that cannot be reached, where no policy is named for its app.</summary>
    public ResiliencyPolicy ServiceRetries { get; }

    /// <summary>Around the questions asked of an app at its start.</summary>
    public ResiliencyPolicy InitializationRetries { get; }

    /// <summary>Whether a resource names the app, so that the built-in retries do not apply.</summary>
    public bool NamesApp(string appId) => _apps.ContainsKey(appId);

    /// <summary>Around a call of an app's method; null: none.</summary>
    public ResiliencyPolicy? ForApp(string appId, string method)
    {
        if (_apps.Count == 0 && _otherApps is null)
        {
            return null;
        }

        var target = _apps.GetValueOrDefault(appId, _otherApps!);
        return target is null ? null : target.HasBreaker ? target.ForKey($"{appId}:{method}") : target.Shared;
    }

    /// <summary>Around a call of an actor before it has the turn: retry and breaker; null: none.</summary>
    public ResiliencyPolicy? ForActorCall(string actorType, string actorId)
    {
        if (_actors.Count == 0 && _otherActors is null)
        {
            return null;
        }

        var target = _actors.GetValueOrDefault(actorType, _otherActors!);
        return target is null ? null : target.HasBreaker ? target.ForKey(target.OneBreaker ? actorType : $"{actorType}-{actorId}") : target.Shared;
    }

    /// <summary>How long a turn of an actor may take, its wait not counted; null: as long as it likes.</summary>
    public ResiliencyPolicy? ForActorTurn(string actorType) => _actors.GetValueOrDefault(actorType, _otherActors!)?.TimeoutOnly;

    /// <summary>Around calls of a component; null: none.</summary>
    public ResiliencyPolicy? ForOutput(string component, ComponentKind kind) => ForComponent(component, kind, isInbound: false);

    /// <summary>Around deliveries of a component to the app; null: none.</summary>
    public ResiliencyPolicy? ForInput(string component, ComponentKind kind) => ForComponent(component, kind, isInbound: true);

    private ResiliencyPolicy? ForComponent(string component, ComponentKind kind, bool isInbound) => _components.GetOrAdd((component, kind, isInbound), key =>
    {
        var direction = key.IsInbound ? "Inbound" : "Outbound";
        var rule = _table.Components.TryGetValue(key.Name, out var named)
            ? key.IsInbound ? named.Inbound : named.Outbound
            : _table.Default($"{key.Kind}Component{direction}", $"Component{direction}", "Component");

        // Both directions share the breaker of the component.
        var breaker = _table.Breaker(rule.Breaker) is { } breakerRule ? _componentBreakers.GetOrAdd(key.Name, _ => new(breakerRule, _time)) : null;
        return Policy(
            _table.Timeout(rule.Timeout), _table.Retry(rule.Retry), breaker, key.IsInbound ? Inbound : Outbound, $"{key.Kind}_{key.Name}".ToLowerInvariant());
    });

    private KeyedTarget? Target(TargetRule rule, int breakersMax, string name)
    {
        var (timeout, retry, breaker) = (_table.Timeout(rule.Timeout), _table.Retry(rule.Retry), _table.Breaker(rule.Breaker));
        var isActor = name.StartsWith("actor_", StringComparison.Ordinal);
        if (timeout is null && retry is null && breaker is null)
        {
            return null;
        }

        // An actor's timeout begins with its turn, not with the call (recorded: resiliency-actor-timeout-queue).
        var callTimeout = isActor ? null : timeout;
        return new KeyedTarget
        {
            Shared = Policy(callTimeout, retry, null, Outbound, name),
            TimeoutOnly = Policy(timeout, null, null, Outbound, name),
            Breakers = breaker is null ? null : new(rule.BreakerCacheSize > 0 ? rule.BreakerCacheSize : breakersMax, breaker, _time),
            WithBreaker = own => Policy(callTimeout, retry, own, Outbound, name)!,
            OneBreaker = rule.OneBreakerForType,
        };
    }

    private ResiliencyPolicy? Policy(TimeSpan? timeout, RetryRule? retry, CircuitBreaker? breaker, string direction, string target) =>
        timeout is null && retry is null && breaker is null ? null : new(timeout, retry, breaker, _time, NextRandom, new(_table, direction, target));

    private double NextRandom()
    {
        lock (_randomGate)
        {
            return _random.NextDouble();
        }
    }

    /// <summary>A target whose breakers, if it has any, differ by method or actor.</summary>
    private sealed class KeyedTarget
    {
        private readonly System.Runtime.CompilerServices.ConditionalWeakTable<CircuitBreaker, ResiliencyPolicy> _byBreaker = [];

        public static KeyedTarget None { get; } = new() { WithBreaker = _ => throw new InvalidOperationException("It has no breaker.") };

        public ResiliencyPolicy? Shared { get; init; }

        public ResiliencyPolicy? TimeoutOnly { get; init; }

        public BreakerCache? Breakers { get; init; }

        public bool HasBreaker => Breakers is not null;

        public bool OneBreaker { get; init; }

        public required Func<CircuitBreaker, ResiliencyPolicy> WithBreaker { get; init; }

        public ResiliencyPolicy ForKey(string key) => _byBreaker.GetValue(Breakers!.Get(key), breaker => WithBreaker(breaker));
    }
}
