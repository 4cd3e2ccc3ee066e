using System.Text;
using EmbeddedDapr.Workflows.Storage;
using TaskHub.Protocol;

namespace EmbeddedDapr.Components.Sqlite.Workflows;

/// <content>Reading over many instances.</content>
internal sealed partial class WorkflowTables
{
    private static readonly string Ended = string.Join(", ", Enum.GetValues<OrchestrationStatus>().Where(WorkflowRow.IsTerminalStatus).Select(status => (int)status));

    // One text for each combination of conditions, so that each is prepared once; there are few.
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, SqlText> _lists = new(StringComparer.Ordinal);

    public IReadOnlyList<string> Pending(SqliteSession session, string app)
    {
        List<string> ids = [];
        using var rows = session.Use(_pending).Bind(1, app);
        while (rows.Step())
        {
            ids.Add(rows.Text(0));
        }

        return ids;
    }

    public IReadOnlyList<TimerRow> Due(SqliteSession session, string app, DateTimeOffset from, DateTimeOffset before, int limit)
    {
        List<TimerRow> due = [];
        using var rows = session.Use(_due).Bind(1, app).Bind(2, from.UtcTicks).Bind(3, before.UtcTicks).Bind(4, (long)limit);
        while (rows.Step())
        {
            due.Add(new TimerRow(rows.Int64(0), rows.Text(1), (int)rows.Int64(2), Time(rows.Int64(3))));
        }

        return due;
    }

    public DateTimeOffset? NextDue(SqliteSession session, string app, DateTimeOffset from)
    {
        using var row = session.Use(_nextDue).Bind(1, app).Bind(2, from.UtcTicks);
        return row.Step() ? Time(row.Int64(0)) : null;
    }

    public IReadOnlyDictionary<OrchestrationStatus, int> Counts(SqliteSession session, string app)
    {
        var counts = new Dictionary<OrchestrationStatus, int>();
        using var rows = session.Use(_counts).Bind(1, app);
        while (rows.Step())
        {
            counts[(OrchestrationStatus)rows.Int64(0)] = (int)rows.Int64(1);
        }

        return counts;
    }

    public long LastSequence(SqliteSession session)
    {
        using var row = session.Use(_lastSequence);
        return row.Step() ? row.Int64(0) : 0;
    }

    public IReadOnlyList<WorkflowRow> List(SqliteSession session, string app, WorkflowQuery query)
    {
        var sql = new StringBuilder($"SELECT {Columns} FROM \"{prefix}_instances\" WHERE app = ?1");
        if (query.Statuses.Count > 0)
        {
            // Numbers of an enum, nothing a caller wrote.
            sql.Append(System.Globalization.CultureInfo.InvariantCulture, $" AND status IN ({string.Join(", ", query.Statuses.Select(status => (int)status).Distinct().Order())})");
        }

        sql.Append(query.Name is null ? string.Empty : " AND name = ?2");
        sql.Append(query.IdContains is null ? string.Empty : " AND instr(id, ?3) > 0");
        sql.Append(query.CreatedFrom is null ? string.Empty : " AND created >= ?4");
        sql.Append(query.CreatedTo is null ? string.Empty : " AND created < ?5");
        if (query.StillestFirst)
        {
            sql.Append(System.Globalization.CultureInfo.InvariantCulture, $"{(query.After is null ? string.Empty : $" AND (status IN ({Ended}), updated, key) > (?6, ?7, ?8)")} ORDER BY status IN ({Ended}), updated, key LIMIT ?9");
        }
        else
        {
            sql.Append(System.Globalization.CultureInfo.InvariantCulture, $"{(query.After is null ? string.Empty : " AND key > ?8")} ORDER BY key LIMIT ?9");
        }

        List<WorkflowRow> found = [];
        using var rows = session.Use(_lists.GetOrAdd(sql.ToString(), static text => new SqlText(text)));
        rows.Bind(1, app);
        Bind(rows, 2, query.Name);
        Bind(rows, 3, query.IdContains);
        Bind(rows, 4, query.CreatedFrom?.UtcTicks);
        Bind(rows, 5, query.CreatedTo?.UtcTicks);
        if (query.After is { } after)
        {
            if (query.StillestFirst)
            {
                rows.Bind(6, after.IsTerminal ? 1L : 0L).Bind(7, after.UpdatedAt.UtcTicks);
            }

            rows.Bind(8, after.Key);
        }

        rows.Bind(9, (long)query.Limit);
        while (rows.Step())
        {
            found.Add(ReadRow(rows));
        }

        return found;
    }

    private static void Bind(SqliteStatement statement, int index, string? value)
    {
        if (value is not null)
        {
            statement.Bind(index, value);
        }
    }

    private static void Bind(SqliteStatement statement, int index, long? value)
    {
        if (value is not null)
        {
            statement.Bind(index, value);
        }
    }
}
