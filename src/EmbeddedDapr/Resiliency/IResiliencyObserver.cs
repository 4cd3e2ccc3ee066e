namespace EmbeddedDapr.Resiliency;

/// <summary>Which policy, of which resource, around what; the labels of the <c>resiliency_*</c> metrics (contract section 10.2).</summary>
/// <param name="Resource">Name of the resource that was read last.</param>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Policy"><c>timeout</c>, <c>retry</c> or <c>circuitbreaker</c>.</param>
/// <param name="FlowDirection"><c>inbound</c> or <c>outbound</c>.</param>
/// <param name="Target">Such as <c>app_ID</c>, <c>actor_TYPE</c>, <c>binding_NAME</c>.</param>
/// <param name="Status">State of a breaker; null for the other policies.</param>
public readonly record struct PolicyEvent(string Resource, string Namespace, string Policy, string FlowDirection, string Target, BreakerState? Status);

/// <summary>Counts what policies do. Called on the paths of the calls themselves: quick, and thread safe.</summary>
public interface IResiliencyObserver
{
    /// <summary>A resource is in use (<c>resiliency_loaded</c>).</summary>
    void Loaded(string resource, string @namespace);

    /// <summary>A call is made under a policy (<c>resiliency_count</c>, <c>resiliency_cb_state</c>).</summary>
    void Executed(in PolicyEvent policy);

    /// <summary>A timeout struck, a retry begins, or a breaker changed its state (<c>resiliency_activations_total</c>).</summary>
    void Activated(in PolicyEvent policy);
}
