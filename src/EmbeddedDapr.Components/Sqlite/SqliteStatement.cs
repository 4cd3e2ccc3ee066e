using System.Buffers;
using System.Text;
using SQLitePCL;

namespace EmbeddedDapr.Components.Sqlite;

/// <summary>The text of a statement; the instance itself is the key of the prepared-statement caches, so keep it in a field.</summary>
internal sealed class SqlText(string text)
{
    public string Text { get; } = text;
}

/// <summary>
/// A prepared statement in use. Disposing ends the use (reset) and keeps it prepared. Bound values of an earlier use stay: bind every parameter each time.
/// </summary>
internal sealed class SqliteStatement(SqliteSession session, sqlite3_stmt handle) : IDisposable
{
    private const int TextBytesOnStack = 512;

    /// <summary>Goes to the next row; false when there is none.</summary>
    public bool Step()
    {
        var code = raw.sqlite3_step(handle);
        return code switch
        {
            raw.SQLITE_ROW => true,
            raw.SQLITE_DONE => false,
            _ => throw session.Failure(code),
        };
    }

    public SqliteStatement Bind(int index, long value) => Checked(raw.sqlite3_bind_int64(handle, index, value));

    public SqliteStatement Bind(int index, long? value) => value is { } number ? Bind(index, number) : BindNull(index);

    public SqliteStatement BindNull(int index) => Checked(raw.sqlite3_bind_null(handle, index));

    public SqliteStatement Bind(int index, string? value)
    {
        if (value is null)
        {
            return BindNull(index);
        }

        var bytesMax = Encoding.UTF8.GetMaxByteCount(value.Length);
        if (bytesMax <= TextBytesOnStack)
        {
            Span<byte> buffer = stackalloc byte[TextBytesOnStack];
            return BindText(index, buffer[..Encoding.UTF8.GetBytes(value, buffer)]);
        }

        var rented = ArrayPool<byte>.Shared.Rent(bytesMax);
        try
        {
            return BindText(index, rented.AsSpan(0, Encoding.UTF8.GetBytes(value, rented)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>Text that is UTF-8 already.</summary>
    public SqliteStatement BindText(int index, ReadOnlySpan<byte> utf8) =>
        // An empty span has no address, which SQLite would take for NULL.
        Checked(utf8.IsEmpty ? raw.sqlite3_bind_text(handle, index, string.Empty) : raw.sqlite3_bind_text(handle, index, utf8));

    public SqliteStatement BindBlob(int index, ReadOnlySpan<byte> bytes) =>
        Checked(bytes.IsEmpty ? raw.sqlite3_bind_zeroblob(handle, index, 0) : raw.sqlite3_bind_blob(handle, index, bytes));

    public bool IsNull(int column) => raw.sqlite3_column_type(handle, column) == raw.SQLITE_NULL;

    public long Int64(int column) => raw.sqlite3_column_int64(handle, column);

    public long? NullableInt64(int column) => IsNull(column) ? null : Int64(column);

    public string Text(int column) => Encoding.UTF8.GetString(Bytes(column));

    public string? NullableText(int column) => IsNull(column) ? null : Text(column);

    /// <summary>The bytes of a blob or of UTF-8 text; valid until the next step.</summary>
    public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(handle, column);

    /// <summary>Runs a statement that has no rows.</summary>
    public void Run()
    {
        while (Step())
        {
        }
    }

    // What reset returns is the failure of the last step again, which has been thrown.
    public void Dispose() => _ = raw.sqlite3_reset(handle);

    internal void Close() => handle.Dispose();

    private SqliteStatement Checked(int code) => code == raw.SQLITE_OK ? this : throw session.Failure(code);
}
