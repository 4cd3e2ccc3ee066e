using System.Diagnostics.Metrics;

namespace DeviceFleet.Provisioning.Identities;

/// <summary>Counters of identities. The only tag is the state that one came to, from the closed set of <see cref="Contracts.Provisioning.LifecycleState"/>.</summary>
internal sealed class IdentityMetrics
{
    public const string MeterName = "DeviceFleet.Provisioning";

    private readonly Counter<long> _moved;
    private readonly Counter<long> _waiting;

    public IdentityMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _moved = meter.CreateCounter<long>("devicefleet.identities.moved", "{identity}", "Identities that came to another state, by the state they came to.");
        _waiting = meter.CreateCounter<long>("devicefleet.identities.outbox.failed", "{item}", "What could not be told of an identity's change at once, and was left to be told again.");
    }

    public void Count(IdentityState before, IdentityState next)
    {
        if (before.Lifecycle != next.Lifecycle)
        {
            _moved.Add(1, new KeyValuePair<string, object?>("state", Lifecycle.NameOf(next.State)));
        }
    }

    public void CountFailed(int items) => _waiting.Add(items);
}
