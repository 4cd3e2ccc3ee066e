using EmbeddedDapr.Components;

namespace EmbeddedDapr.Resiliency;

/// <summary>Puts outbound policies around components. Components without one stay as they are, so that their calls cost nothing more.</summary>
internal static class ResilientComponents
{
    public static SidecarComponents Under(this SidecarComponents components, ResiliencyPolicies policies) => components with
    {
        StateStores = Wrap(components.StateStores, policies, ComponentKind.Statestore, (inner, policy) => new ResilientStateStore(inner, policy)),
        PubSubs = Wrap(components.PubSubs, policies, ComponentKind.Pubsub, (inner, policy) => new ResilientPubSub(inner, policy)),
        OutputBindings = Wrap(components.OutputBindings, policies, ComponentKind.Binding, (inner, policy) => new ResilientOutputBinding(inner, policy)),
        LockStores = Wrap(components.LockStores, policies, ComponentKind.Lock, (inner, policy) => new ResilientLockStore(inner, policy)),
        ConfigurationStores = Wrap(components.ConfigurationStores, policies, ComponentKind.Configuration, (inner, policy) => new ResilientConfigurationStore(inner, policy)),
        SecretStores = Wrap(components.SecretStores, policies, ComponentKind.Secretstore, (inner, policy) => new ResilientSecretStore(inner, policy)),
    };

    /// <summary>Calls a component; what the policy refuses is an exception like any other failure of it.</summary>
    public static async ValueTask<T> CallAsync<TState, T>(
        this ResiliencyPolicy policy, Func<TState, CancellationToken, ValueTask<T>> call, TState state, CancellationToken cancellationToken)
    {
        // What a component answers is success: refusals such as a stale etag would come again.
        var result = await policy.ExecuteAsync(call, static _ => Attempt.Done, state, repeatable: true, cancellationToken);
        return result.Fault == PolicyFault.None ? result.Value : throw new PolicyFaultException(result.Fault);
    }

    private static IReadOnlyDictionary<string, Loaded<T>> Wrap<T>(
        IReadOnlyDictionary<string, Loaded<T>> loaded, ResiliencyPolicies policies, ComponentKind kind, Func<T, ResiliencyPolicy, T> wrap)
    {
        Dictionary<string, Loaded<T>>? wrapped = null;
        foreach (var (name, component) in loaded)
        {
            if (policies.ForOutput(name, kind) is { } policy)
            {
                wrapped ??= loaded.ToDictionary(StringComparer.Ordinal);
                wrapped[name] = component with { Instance = wrap(component.Instance, policy) };
            }
        }

        return wrapped ?? loaded;
    }
}
