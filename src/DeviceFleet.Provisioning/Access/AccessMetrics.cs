using System.Diagnostics.Metrics;

namespace DeviceFleet.Provisioning.Access;

/// <summary>Counters of what brokers asked over HTTP. The only tag is the reason, from the closed set of <see cref="Contracts.Devices.RejectionReasons"/>.</summary>
internal sealed class AccessMetrics
{
    public const string MeterName = "DeviceFleet.Provisioning.Access";

    private readonly Counter<long> _refused;
    private readonly Counter<long> _untold;

    public AccessMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _refused = meter.CreateCounter<long>("devicefleet.access.refused", "{refusal}", "Connections, publications and subscriptions refused to brokers that ask, by reason.");
        _untold = meter.CreateCounter<long>("devicefleet.access.untold", "{refusal}", "Refusals that were counted but told to nobody: too many waited.");
    }

    public void CountRefused(string reason) => _refused.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void CountUntold() => _untold.Add(1);
}
