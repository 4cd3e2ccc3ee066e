using System.Buffers;
using System.Buffers.Text;
using System.Text.Unicode;
using EmbeddedDapr.Components.State;
using EmbeddedDapr.State;

namespace EmbeddedDapr.Components.Sqlite.State;

/// <summary>
/// The tables of <c>state.sqlite</c>, laid out as daprd lays them out, so that either can open the other's file: text values as they are, other bytes as
/// base64 with <c>is_binary</c> (contract section 3.6).
/// </summary>
internal sealed class StateTable(string table, string metadataTable)
{
    /// <summary>The layout this code reads and writes, as daprd counts it.</summary>
    public const string Migrations = "1";

    private const int ETagLength = 36;

    private readonly SqlText _migrations = new($"SELECT value FROM \"{metadataTable}\" WHERE key = 'migrations'");
    private readonly SqlText _get = new($"SELECT value, is_binary, etag, expiration_time FROM \"{table}\" WHERE key = ?");
    private readonly SqlText _etag = new($"SELECT etag FROM \"{table}\" WHERE key = ? AND (expiration_time IS NULL OR expiration_time > ?)");
    private readonly SqlText _delete = new($"DELETE FROM \"{table}\" WHERE key = ?");
    private readonly SqlText _sweep = new($"DELETE FROM \"{table}\" WHERE rowid IN (SELECT rowid FROM \"{table}\" WHERE expiration_time <= ? LIMIT ?)");
    private readonly SqlText _upsert = new($"""
        INSERT INTO "{table}" (key, value, is_binary, etag, expiration_time, update_time) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT (key) DO UPDATE SET value = ?2, is_binary = ?3, etag = ?4, expiration_time = ?5, update_time = ?6
        """);

    /// <summary>Creates what is missing. What somebody created beforehand is taken as it is.</summary>
    /// <exception cref="ComponentException">The file was written by a later version.</exception>
    public bool Create(SqliteSession session)
    {
        session.Execute($"CREATE TABLE IF NOT EXISTS \"{metadataTable}\" (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)");
        session.Execute($"""
            CREATE TABLE IF NOT EXISTS "{table}" (
              key TEXT NOT NULL PRIMARY KEY,
              value TEXT NOT NULL,
              is_binary BOOLEAN NOT NULL,
              etag TEXT NOT NULL,
              expiration_time TIMESTAMP DEFAULT NULL,
              update_time TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
            )
            """);
        session.Execute($"INSERT OR IGNORE INTO \"{metadataTable}\" (key, value) VALUES ('migrations', '{Migrations}')");
        using var version = session.Use(_migrations);
        return version.Step() && version.Text(0) is var found && found == Migrations
            ? true
            : throw new ComponentException($"table {metadataTable} says migrations = {version.NullableText(0)}; this version knows {Migrations}");
    }

    public StateValue? Get(SqliteSession session, string key, DateTimeOffset now)
    {
        using var row = session.Use(_get);
        if (!row.Bind(1, key).Step())
        {
            return null;
        }

        var expires = SqliteTime.Parse(row.NullableText(3));
        if (expires <= now)
        {
            return null;
        }

        var bytes = row.Bytes(0);
        return new StateValue(row.Int64(1) == 0 ? bytes.ToArray() : FromBase64(bytes), row.Text(2), expires);
    }

    /// <summary>All operations in order, or none.</summary>
    public StateWriteOutcome Write(SqliteSession session, IReadOnlyList<StateOperation> operations, DateTimeOffset now)
    {
        var nowText = SqliteTime.Format(now);
        if (!StateConditions.Hold(operations, (Table: this, Session: session, Now: nowText), static (at, key) => at.Table.ETagOf(at.Session, key, at.Now)))
        {
            return StateWriteOutcome.ETagMismatch;
        }

        for (var i = 0; i < operations.Count; i++)
        {
            var operation = operations[i];
            if (operation.Kind == StateOperationKind.Delete)
            {
                using var delete = session.Use(_delete);
                delete.Bind(1, operation.Key).Run();
            }
            else
            {
                Upsert(session, operation, now, nowText);
            }
        }

        return StateWriteOutcome.Done;
    }

    /// <summary>Deletes up to so many expired rows; how many it found.</summary>
    public int Sweep(SqliteSession session, DateTimeOffset now, int rowsMax)
    {
        using var sweep = session.Use(_sweep);
        sweep.Bind(1, SqliteTime.Format(now)).Bind(2, rowsMax).Run();
        return session.Changes;
    }

    private string? ETagOf(SqliteSession session, string key, string now)
    {
        using var row = session.Use(_etag);
        return row.Bind(1, key).Bind(2, now).Step() ? row.Text(0) : null;
    }

    private void Upsert(SqliteSession session, StateOperation operation, DateTimeOffset now, string nowText)
    {
        using var upsert = session.Use(_upsert);
        upsert.Bind(1, operation.Key);
        BindValue(upsert, operation.Value.Span);
        Span<byte> etag = stackalloc byte[ETagLength];
        ETags.Next().TryFormat(etag, out _);
        upsert.BindText(4, etag)
            .Bind(5, operation.Ttl is { } ttl ? SqliteTime.FormatExpiry(now, ttl) : null)
            .Bind(6, nowText)
            .Run();
    }

    private static void BindValue(SqliteStatement upsert, ReadOnlySpan<byte> value)
    {
        // A NUL ends a text for many readers of the file, so that counts as binary too.
        if (Utf8.IsValid(value) && !value.Contains((byte)0))
        {
            upsert.BindText(2, value).Bind(3, 0);
            return;
        }

        var rented = ArrayPool<byte>.Shared.Rent(Base64.GetMaxEncodedToUtf8Length(value.Length));
        try
        {
            Base64.EncodeToUtf8(value, rented, out _, out var written);
            upsert.BindText(2, rented.AsSpan(0, written)).Bind(3, 1);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static byte[] FromBase64(ReadOnlySpan<byte> text)
    {
        var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        return Base64.DecodeFromUtf8(text, bytes, out _, out var written) == OperationStatus.Done
            ? bytes[..written]
            : throw new InvalidDataException("a value marked as binary is not base64");
    }
}
