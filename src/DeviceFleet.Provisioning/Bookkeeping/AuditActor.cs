using System.Globalization;
using Dapr.Actors.Runtime;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.ServiceDefaults.Actors;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Provisioning.Bookkeeping;

/// <summary>
/// The audit of one day, on pages of <see cref="PageSize"/>. What is told again is known by its id, if it comes before <see cref="PagesKnown"/> more pages are full: redelivery comes within
/// seconds. A reminder ends the day when its time is over.
/// </summary>
internal sealed class AuditActor(ActorHost host, IOptions<BookkeepingOptions> options, BookkeepingMetrics metrics, IActorStateManagerFactory? stateManagers = null)
    : DurableActor(host, stateManagers), IAuditActor, IRemindable
{
    public const string EndReminder = "end";
    public const int PageSize = 200;

    private const int PagesKnown = 10;
    private const int TakeMax = 500;

    /// <summary>Pages that one question looks through at most: for one device's entries it may come back empty, and say where to go on.</summary>
    private const int PagesRead = 50;

    private const string DayKey = "day";

    public async Task<AuditPage> Append(AuditAppend append)
    {
        var count = await CountAsync();
        var known = await KnownIdsAsync(count);
        var fresh = append.Entries.Where(entry => known.Add(entry.Id)).ToList();
        var taken = fresh.Take(options.Value.AuditEntriesMax - count).ToList();
        metrics.CountDropped(fresh.Count - taken.Count);
        if (taken.Count == 0)
        {
            return new AuditPage([], null);
        }

        if (count == 0)
        {
            await RegisterReminderAsync(EndReminder, null, options.Value.AuditKeptFor, TimeSpan.FromDays(1));
        }

        for (var at = 0; at < taken.Count;)
        {
            var page = (count + at) / PageSize;
            var entries = await PageAsync(page);
            var part = taken.Skip(at).Take(PageSize - entries.Count).ToList();
            await StateManager.SetStateAsync(KeyOf(page), new StoredAuditPage([.. entries, .. part]));
            at += part.Count;
        }

        await StateManager.SetStateAsync(DayKey, new StoredAuditDay(count + taken.Count));
        metrics.CountAudited(taken.Count);
        return new AuditPage([], null);
    }

    public async Task<AuditPage> List(AuditQuery query)
    {
        var count = await CountAsync();
        var before = int.TryParse(query.Before, NumberStyles.None, CultureInfo.InvariantCulture, out var position) ? Math.Min(position, count) : count;
        var take = Math.Clamp(query.Take, 1, TakeMax);
        List<AuditEntry> found = [];
        for (var pages = 0; before > 0 && found.Count < take && pages < PagesRead; pages++)
        {
            var page = (before - 1) / PageSize;
            var entries = await PageAsync(page);
            for (; before > page * PageSize && found.Count < take; before--)
            {
                var entry = entries[before - 1 - (page * PageSize)];
                if (query.DeviceId is not { } device || entry.DeviceId == device)
                {
                    found.Add(entry);
                }
            }
        }

        return new AuditPage(found, before > 0 ? before.ToString(CultureInfo.InvariantCulture) : null);
    }

    public async Task ReceiveReminderAsync(string reminderName, byte[] state, TimeSpan dueTime, TimeSpan period)
    {
        var pages = ((await CountAsync()) + PageSize - 1) / PageSize;
        for (var page = 0; page < pages; page++)
        {
            await StateManager.TryRemoveStateAsync(KeyOf(page));
        }

        // What is gone is gone before the reminder is: one that comes twice finds nothing, a day without one would stay for ever.
        await StateManager.TryRemoveStateAsync(DayKey);
        await SaveStateAsync();
        await UnregisterReminderAsync(reminderName);
    }

    private static string KeyOf(int page) => string.Create(CultureInfo.InvariantCulture, $"page-{page}");

    private async Task<int> CountAsync()
    {
        var stored = await StateManager.TryGetStateAsync<StoredAuditDay>(DayKey);
        return stored.HasValue ? stored.Value.Count : 0;
    }

    private async Task<IReadOnlyList<AuditEntry>> PageAsync(int page)
    {
        var stored = await StateManager.TryGetStateAsync<StoredAuditPage>(KeyOf(page));
        return stored.HasValue ? stored.Value.Entries : [];
    }

    private async Task<HashSet<string>> KnownIdsAsync(int count)
    {
        HashSet<string> known = [];
        for (var page = count / PageSize; page >= 0 && page > (count / PageSize) - PagesKnown; page--)
        {
            known.UnionWith((await PageAsync(page)).Select(entry => entry.Id));
        }

        return known;
    }
}
