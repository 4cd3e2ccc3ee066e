using System.Diagnostics.Metrics;

namespace DeviceFleet.Provisioning.Credentials;

/// <summary>Counters of authentications. Tags come from closed sets: the result, and how it was come by.</summary>
internal sealed class CredentialMetrics
{
    public const string MeterName = "DeviceFleet.Provisioning.Credentials";

    private readonly Meter _meter;
    private readonly Counter<long> _verdicts;
    private readonly Histogram<double> _hashes;
    private readonly Counter<long> _notTold;

    public CredentialMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _verdicts = _meter.CreateCounter<long>(
            "devicefleet.authentications", "{authentication}", "Authentications by result (allow, deny, ignore) and by how it was come by (proven, hashed, none).");
        _hashes = _meter.CreateHistogram<double>("devicefleet.hashes.duration", "s", "From a password's wait for its hash to its end.");
        _notTold = _meter.CreateCounter<long>("devicefleet.connections.untold", "{connection}", "Connections that their identity was not told of; the device's next one tells.");
    }

    /// <summary>Shows how many passwords wait.</summary>
    public void Watch(Func<int> waiting) => _meter.CreateObservableGauge("devicefleet.hashes.waiting", waiting, "{password}", "Passwords that wait for their hash.");

    public void Count(string result, string means) => _verdicts.Add(1, new KeyValuePair<string, object?>("result", result), new KeyValuePair<string, object?>("means", means));

    public void CountHash(TimeSpan duration) => _hashes.Record(duration.TotalSeconds);

    public void CountNotTold() => _notTold.Add(1);
}
