using System.Collections.Concurrent;
using System.Threading.Channels;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Live;
using Microsoft.AspNetCore.SignalR.Client;

namespace DeviceFleet.EndToEnd.Tests.Live;

/// <summary>What a browser sees: the snapshot, then updates folded into it. Gaps in the numbering are kept as faults.</summary>
internal sealed class HubWatch
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly ConcurrentQueue<RejectedEvent> _rejections = [];
    private long _sequence = -1;

    public ConcurrentDictionary<string, DeviceRow> Rows { get; } = new();

    public FleetCounters? Counters { get; private set; }

    public ConcurrentQueue<string> Faults { get; } = [];

    public IEnumerable<RejectedEvent> Rejections => _rejections;

    public static async Task<HubWatch> StartAsync(HubConnection hub)
    {
        var watch = new HubWatch();
        hub.On<FleetSnapshot>(FleetHubContract.Snapshot, watch.OnSnapshot);
        hub.On<FleetUpdates>(FleetHubContract.DeviceUpdates, watch.OnUpdates);
        await hub.InvokeAsync(FleetHubContract.WatchFleet);
        return watch;
    }

    public async Task UntilAsync(string what, Func<HubWatch, bool> holds)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!holds(this))
        {
            try
            {
                await _changes.Reader.ReadAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"Not within {Patience}: {what}. Seen: {Counters}; rows {string.Join("; ", Rows.Values)}; rejections {string.Join("; ", _rejections)}");
            }
        }
    }

    private void OnSnapshot(FleetSnapshot snapshot)
    {
        _sequence = snapshot.Sequence;
        Fold(snapshot.Devices, snapshot.Counters, snapshot.Rejections);
    }

    private void OnUpdates(FleetUpdates updates)
    {
        if (updates.Sequence != _sequence + 1)
        {
            Faults.Enqueue($"update {updates.Sequence} after {_sequence}");
        }

        _sequence = updates.Sequence;
        Fold(updates.Devices, updates.Counters, updates.Rejections);
    }

    private void Fold(IReadOnlyList<DeviceRow> rows, FleetCounters counters, IReadOnlyList<RejectedEvent> rejections)
    {
        foreach (var row in rows)
        {
            Rows[row.Id.Value] = row;
        }

        foreach (var rejection in rejections)
        {
            _rejections.Enqueue(rejection);
        }

        Counters = counters;
        if (counters.Received != counters.Applied + counters.Duplicates + counters.Rejected)
        {
            Faults.Enqueue($"does not add up: {counters}");
        }

        if (counters.Total != counters.Online + counters.Stale + counters.Offline + counters.Unknown)
        {
            Faults.Enqueue($"does not add up: {counters}");
        }

        _changes.Writer.TryWrite(true);
    }
}
