using System.Collections.Concurrent;
using System.Text.Json;
using Dapr.Client;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Gateway.Api;

namespace DeviceFleet.Gateway.Fleet;

/// <summary>
/// The names of all devices ever heard of, durable: after a restart the gateway shows the whole fleet, also devices that are silent. Names live in 64 keys by
/// hash; a new one is written, with the others of its key, before the event that brought it is acknowledged. Gateways share the keys, by etag.
/// </summary>
internal sealed class KnownDevices(DaprClient dapr) : IDisposable
{
    private const int Shards = 64;
    private const int AttemptsMax = 8;

    private static readonly StateOptions FirstWrite = new() { Concurrency = ConcurrencyMode.FirstWrite, Consistency = ConsistencyMode.Strong };

    private readonly ConcurrentDictionary<DeviceId, byte> _durable = new();
    private readonly SemaphoreSlim _writing = new(1);

    /// <summary>Ends when all of these are durable. Cheap for names seen before.</summary>
    public async Task EnsureAsync(IEnumerable<DeviceId> ids, CancellationToken cancellationToken)
    {
        var news = ids.Where(id => !_durable.ContainsKey(id)).ToHashSet();
        if (news.Count == 0)
        {
            return;
        }

        await _writing.WaitAsync(cancellationToken);
        try
        {
            foreach (var shard in news.Where(id => !_durable.ContainsKey(id)).GroupBy(ShardOf).ToList())
            {
                await AddAsync(shard.Key, [.. shard], cancellationToken);
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Ends when none of these is kept any more.</summary>
    public async Task ForgetAsync(IEnumerable<DeviceId> ids, CancellationToken cancellationToken)
    {
        var gone = ids.ToHashSet();
        if (gone.Count == 0)
        {
            return;
        }

        await _writing.WaitAsync(cancellationToken);
        try
        {
            foreach (var shard in gone.GroupBy(ShardOf).ToList())
            {
                await ChangeAsync(shard.Key, known => [.. known.Except(shard)], cancellationToken);
            }

            foreach (var id in gone)
            {
                _durable.TryRemove(id, out _);
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>All names.</summary>
    public async Task<IReadOnlyList<DeviceId>> LoadAsync(CancellationToken cancellationToken)
    {
        List<DeviceId> all = [];
        for (var shard = 0; shard < Shards; shard++)
        {
            var (ids, _) = await ReadAsync(shard, cancellationToken);
            all.AddRange(ids);
        }

        foreach (var id in all)
        {
            _durable.TryAdd(id, 0);
        }

        return all;
    }

    public void Dispose() => _writing.Dispose();

    private async Task AddAsync(int shard, DeviceId[] ids, CancellationToken cancellationToken)
    {
        foreach (var id in await ChangeAsync(shard, known => [.. known.Union(ids)], cancellationToken))
        {
            _durable.TryAdd(id, 0);
        }
    }

    /// <summary>Writes what the change makes of the names of a key, if it makes any difference; the names that are there then.</summary>
    private async Task<DeviceId[]> ChangeAsync(int shard, Func<DeviceId[], DeviceId[]> change, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (known, etag) = await ReadAsync(shard, cancellationToken);
            var next = change(known);
            if (next.Length == known.Length
                || await dapr.TrySaveByteStateAsync(
                    DaprNames.GatewayStateStore, Key(shard), JsonSerializer.SerializeToUtf8Bytes(next, GatewayJson.Default.DeviceIdArray), etag, FirstWrite,
                    cancellationToken: cancellationToken))
            {
                return next;
            }

            // Another gateway wrote meanwhile: read what it wrote, and try again.
            if (attempt == AttemptsMax)
            {
                throw new InvalidOperationException($"Key {Key(shard)} changed under each of {AttemptsMax} attempts to write it.");
            }
        }
    }

    private async Task<(DeviceId[] Ids, string Etag)> ReadAsync(int shard, CancellationToken cancellationToken)
    {
        var (bytes, etag) = await dapr.GetByteStateAndETagAsync(DaprNames.GatewayStateStore, Key(shard), cancellationToken: cancellationToken);
        return (bytes.IsEmpty ? [] : JsonSerializer.Deserialize(bytes.Span, GatewayJson.Default.DeviceIdArray) ?? [], etag ?? "");
    }

    private static string Key(int shard) => $"devices-{shard:00}";

    /// <summary>Of its own, as it is stored: the hash of strings differs from start to start.</summary>
    private static int ShardOf(DeviceId id)
    {
        var hash = 2166136261u;
        foreach (var c in id.Value)
        {
            hash = (hash ^ c) * 16777619u;
        }

        return (int)(hash % Shards);
    }
}
