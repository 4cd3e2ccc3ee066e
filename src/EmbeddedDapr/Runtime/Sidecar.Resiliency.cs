using EmbeddedDapr.Resiliency;

namespace EmbeddedDapr.Runtime;

/// <content>Policies around calls.</content>
public sealed partial class Sidecar
{
    /// <summary>Which policy applies to what.</summary>
    public ResiliencyPolicies Resiliency { get; init; } = ResiliencyPolicies.None;
}
