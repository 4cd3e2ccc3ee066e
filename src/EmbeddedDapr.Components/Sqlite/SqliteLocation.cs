using System.Text.RegularExpressions;

namespace EmbeddedDapr.Components.Sqlite;

/// <summary>Where metadata says the database is: <c>connectionString</c> (alias <c>url</c>), a path or <c>file:PATH</c> with a query (contract section 3.6).</summary>
internal static partial class SqliteLocation
{
    // Query entries that ask for what is done anyway: WAL, immediate transactions, a busy timeout of the component's own.
    private static readonly string[] HarmlessEntries = ["_txlock=immediate", "mode=rwc", "mode=rw", "cache=private", "cache=shared"];

    /// <summary>The full path; relative ones are relative to the base directory.</summary>
    /// <exception cref="ComponentException">Absent, in memory, or with an entry that is not honoured.</exception>
    public static string PathOf(ComponentSpec spec, ComponentContext context)
    {
        var text = spec.Metadata.Text("connectionString") ?? spec.Metadata.Text("url") ?? throw Refused(spec, "metadata property 'connectionString' is missing");
        var path = text;
        if (text.StartsWith("file:", StringComparison.OrdinalIgnoreCase))
        {
            var query = text.IndexOf('?', StringComparison.Ordinal);
            path = Uri.UnescapeDataString(query < 0 ? text["file:".Length..] : text["file:".Length..query]);
            CheckQuery(spec, query < 0 ? string.Empty : text[(query + 1)..]);
            path = path.StartsWith("//", StringComparison.Ordinal) ? path[2..] : path;
        }

        if (path.Length == 0 || path.Contains(":memory:", StringComparison.Ordinal))
        {
            throw Refused(spec, $"'{text}' is a database in memory; use the type {spec.Type.Split('.')[0]}.in-memory instead");
        }

        return Path.GetFullPath(path, context.BaseDirectory);
    }

    /// <summary>A table name from metadata.</summary>
    /// <exception cref="ComponentException">Not a plain name.</exception>
    public static string TableName(ComponentSpec spec, string property, string absent)
    {
        var name = spec.Metadata.Text(property) ?? absent;
        return PlainName().IsMatch(name) ? name : throw Refused(spec, $"metadata property '{property}' is '{name}', not a plain table name");
    }

    private static void CheckQuery(ComponentSpec spec, string query)
    {
        foreach (var entry in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            if (entry.Contains("mode=memory", StringComparison.OrdinalIgnoreCase))
            {
                throw Refused(spec, $"a database in memory; use the type {spec.Type.Split('.')[0]}.in-memory instead");
            }

            if (!entry.StartsWith("_pragma=", StringComparison.Ordinal) && !HarmlessEntries.Contains(entry, StringComparer.OrdinalIgnoreCase))
            {
                throw Refused(spec, $"connection string entry '{entry}' is not supported");
            }

            if (entry.StartsWith("_pragma=", StringComparison.Ordinal) && !HarmlessPragma().IsMatch(entry))
            {
                throw Refused(spec, $"connection string entry '{entry}' is not supported: journal, synchronisation and locks are the component's own");
            }
        }
    }

    private static ComponentException Refused(ComponentSpec spec, string why) => new($"component {spec.Name} ({spec.Type}): {why}");

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]{0,127}$")]
    private static partial Regex PlainName();

    [GeneratedRegex(@"^_pragma=(busy_timeout\(\d+\)|journal_mode\(WAL\)|synchronous\((FULL|NORMAL|1|2)\))$", RegexOptions.IgnoreCase)]
    private static partial Regex HarmlessPragma();
}
