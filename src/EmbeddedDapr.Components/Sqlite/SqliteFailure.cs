using SQLitePCL;

namespace EmbeddedDapr.Components.Sqlite;

/// <summary>SQLite said no. <see cref="Code"/> is the extended result code.</summary>
internal sealed class SqliteFailure(int code, string message) : Exception($"SQLite error {code}: {message}")
{
    public int Code { get; } = code;

    /// <summary>Somebody else holds the lock.</summary>
    public bool IsBusy => (Code & 0xFF) is raw.SQLITE_BUSY or raw.SQLITE_LOCKED;

    /// <summary>
    /// The fault is the statement's own (a constraint, a misuse) and says nothing about its neighbours in the transaction. Everything else — a full disk, an
    /// I/O error, a lock, a damaged file — is the medium's and may have rolled back the transaction already (sqlite.org/lang_transaction.html, section 3.2).
    /// </summary>
    public bool IsOfStatement => (Code & 0xFF) is raw.SQLITE_ERROR or raw.SQLITE_CONSTRAINT or raw.SQLITE_MISMATCH or raw.SQLITE_MISUSE or raw.SQLITE_RANGE or raw.SQLITE_TOOBIG;
}
