using Microsoft.Extensions.Options;

namespace DeviceFleet.Provisioning.Rollouts;

/// <summary>What every rollout's actor uses.</summary>
internal sealed class RolloutActorServices(IOptions<RolloutOptions> options, ReleaseActors releases, RolloutTeller teller, RolloutWorkflows workflows, RolloutMetrics metrics, TimeProvider time)
{
    public RolloutOptions Options { get; } = options.Value;

    public ReleaseActors Releases { get; } = releases;

    public RolloutTeller Teller { get; } = teller;

    public RolloutWorkflows Workflows { get; } = workflows;

    public RolloutMetrics Metrics { get; } = metrics;

    public TimeProvider Time { get; } = time;
}
