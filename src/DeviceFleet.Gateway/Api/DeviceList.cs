using DeviceFleet.Contracts.Live;

namespace DeviceFleet.Gateway.Api;

/// <summary>Searches, sorts and pages rows.</summary>
internal static class DeviceList
{
    public const int LimitDefault = 100;
    public const int LimitMax = 500;

    /// <summary>Orders that can be asked for; a leading minus turns one round. Equal ones are ordered by id.</summary>
    public static IReadOnlyDictionary<string, Func<DeviceRow, IComparable>> Orders { get; } = new Dictionary<string, Func<DeviceRow, IComparable>>
    {
        ["id"] = row => row.Id.Value,
        ["lastSeen"] = row => row.LastSeen ?? 0,
        ["presence"] = row => row.Presence,
        ["received"] = row => row.Totals.Received,
        ["alarms"] = row => ((int?)row.Severity + 1 ?? 0, row.Alarms),
        ["rejected"] = row => row.Totals.TooLate + row.Totals.Invalid,
    };

    public static DevicePage Page(IReadOnlyList<DeviceRow> rows, string? query, Func<DeviceRow, IComparable> order, bool descending, int offset, int limit)
    {
        var found = string.IsNullOrEmpty(query)
            ? rows
            : [.. rows.Where(row => row.Id.Value.Contains(query, StringComparison.OrdinalIgnoreCase))];
        var sorted = descending ? found.OrderByDescending(order, Comparer<IComparable>.Create(Compare)) : found.OrderBy(order, Comparer<IComparable>.Create(Compare));
        return new DevicePage(found.Count, offset, limit, [.. sorted.ThenBy(row => row.Id.Value, StringComparer.Ordinal).Skip(offset).Take(limit)]);
    }

    private static int Compare(IComparable? a, IComparable? b) =>
        a is string x && b is string y ? string.CompareOrdinal(x, y) : Comparer<IComparable>.Default.Compare(a, b);
}
