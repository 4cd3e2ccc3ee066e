using System.Globalization;
using Dapr.Actors.Runtime;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.ServiceDefaults.Actors;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Provisioning.Bookkeeping;

/// <summary>
/// A list of things. Its entries lie on pages by their keys' hashes, so that one change does not write all of them again; in memory they lie together, in order.
/// </summary>
internal sealed class DirectoryActor(ActorHost host, IOptions<BookkeepingOptions> options, BookkeepingMetrics metrics, IActorStateManagerFactory? stateManagers = null)
    : DurableActor(host, stateManagers), IDirectoryActor
{
    /// <summary>Stored, so it must never change.</summary>
    private const int Pages = 16;

    private const int TakeMax = 1_000;

    /// <summary>Every entry in order; null: not loaded, or a turn failed since.</summary>
    private SortedDictionary<string, DirectoryEntry>? _entries;

    public async Task<DirectoryPage> Put(DirectoryPut put)
    {
        var entries = await LoadAsync();
        _entries = null; // until this is stored
        HashSet<int> touched = [];
        var dropped = 0;
        foreach (var entry in put.Entries)
        {
            if (entries.TryGetValue(entry.Key, out var known) ? known.Revision >= entry.Revision : IsFull(entries))
            {
                dropped += known is null ? 1 : 0;
                continue;
            }

            entries[entry.Key] = entry;
            touched.Add(PageOf(entry.Key));
        }

        foreach (var page in touched)
        {
            await StateManager.SetStateAsync(KeyOf(page), new StoredDirectoryPage(entries.Where(entry => PageOf(entry.Key) == page).ToDictionary()));
        }

        if (touched.Count > 0)
        {
            await SaveStateAsync();
        }

        _entries = entries;
        metrics.CountDropped(dropped);
        return new DirectoryPage([.. put.Entries.Select(entry => entries.GetValueOrDefault(entry.Key)).OfType<DirectoryEntry>()], CountOf(entries));
    }

    public async Task<DirectoryPage> List(DirectoryQuery query)
    {
        var entries = await LoadAsync();
        var page = entries.Values
            .Where(entry => entry.Summary is not null && (query.After is not { } after || string.CompareOrdinal(entry.Key, after) > 0))
            .Take(Math.Clamp(query.Take, 1, TakeMax));
        return new DirectoryPage([.. page], CountOf(entries));
    }

    private static int CountOf(SortedDictionary<string, DirectoryEntry> entries) => entries.Values.Count(entry => entry.Summary is not null);

    // FNV-1a, as string hashes differ from process to process.
    private static int PageOf(string key)
    {
        var hash = 2166136261u;
        foreach (var c in key)
        {
            hash = (hash ^ c) * 16777619;
        }

        return (int)((hash >> 16) % Pages); // identities are spread over directories by the rest of the hash
    }

    private static string KeyOf(int page) => string.Create(CultureInfo.InvariantCulture, $"page-{page}");

    private bool IsFull(SortedDictionary<string, DirectoryEntry> entries) => entries.Count >= options.Value.DirectoryEntriesMax;

    private async Task<SortedDictionary<string, DirectoryEntry>> LoadAsync()
    {
        if (_entries is { } known)
        {
            return known;
        }

        var entries = new SortedDictionary<string, DirectoryEntry>(StringComparer.Ordinal);
        for (var page = 0; page < Pages; page++)
        {
            var stored = await StateManager.TryGetStateAsync<StoredDirectoryPage>(KeyOf(page));
            foreach (var (key, entry) in stored.HasValue ? stored.Value.Entries : new Dictionary<string, DirectoryEntry>())
            {
                entries[key] = entry;
            }
        }

        return _entries = entries;
    }
}
