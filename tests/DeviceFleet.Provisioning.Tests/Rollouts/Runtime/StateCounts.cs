using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace DeviceFleet.Provisioning.Tests.Rollouts.Runtime;

/// <summary>What the counters of a meter came to, by name and tag <c>state</c>, since this was made.</summary>
internal sealed class StateCounts : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<(string Counter, string State), long> _sums = [];

    public StateCounts(string meter)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == meter)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            foreach (var (name, state) in tags)
            {
                if (name == "state")
                {
                    _sums.AddOrUpdate((instrument.Name, (string)state!), value, (_, sum) => sum + value);
                }
            }
        });
        _listener.Start();
    }

    public long this[string counter, string state] => _sums.GetValueOrDefault((counter, state));

    public void Dispose() => _listener.Dispose();
}
