using EmbeddedDapr.Components.Sqlite;
using EmbeddedDapr.Components.Sqlite.State;
using EmbeddedDapr.Components.Tests.Conformance;
using EmbeddedDapr.State;
using Microsoft.Data.Sqlite;

namespace EmbeddedDapr.Components.Tests.Sqlite;

public sealed class SqliteStateStoreTests : StateStoreConformance
{
    private readonly TestFolder _folder = new();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Values_survive_a_restart()
    {
        await Upsert("k", "1");
        var etag = (await Get("k"))!.ETag;
        await Store.DisposeAsync();

        await using var again = await OpenAsync();

        var value = await again.GetAsync("k", CancellationToken.None);
        Assert.Equal(("1", etag), (Text(value), value!.ETag));
    }

    [Fact]
    public async Task The_file_looks_as_daprd_writes_it()
    {
        await Write(Set("text", "{\"a\":1}") with { Ttl = TimeSpan.FromSeconds(5) });
        await Write(new StateOperation { Kind = StateOperationKind.Upsert, Key = "binary", Value = new byte[] { 0xFF, 0x00 } });

        Assert.Equal(["binary|/wA=|1|36||2030-01-02 03:04:05", "text|{\"a\":1}|0|36|2030-01-02 03:04:10|2030-01-02 03:04:05"],
            Query("SELECT key, value, is_binary, length(etag), expiration_time, update_time FROM state ORDER BY key"));
        Assert.Equal(["migrations|1"], Query("SELECT key, value FROM metadata"));
        Assert.Equal(["wal"], Query("PRAGMA journal_mode"));
    }

    [Fact]
    public async Task A_file_that_somebody_made_and_keeps_open_is_used()
    {
        using var other = new SqliteConnection($"Data Source={_folder.File("theirs.db")}");
        await other.OpenAsync(CancellationToken.None);
        Execute(other, "PRAGMA journal_mode=WAL");
        Execute(other, "CREATE TABLE mystate (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL, is_binary BOOLEAN NOT NULL, etag TEXT NOT NULL, expiration_time TIMESTAMP DEFAULT NULL, update_time TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)");
        Execute(other, "CREATE TABLE mymeta (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)");
        Execute(other, "INSERT INTO mymeta VALUES ('migrations', '1')");
        Execute(other, "INSERT INTO mystate (key, value, is_binary, etag) VALUES ('k', 'aGk=', true, 'e')");

        await using var store = await OpenWithAsync(("connectionString", "file:theirs.db?_txlock=immediate"), ("tableName", "mystate"), ("metadataTableName", "mymeta"));

        Assert.Equal("hi", Text(await store.GetAsync("k", CancellationToken.None)));
        await store.WriteAsync([Set("k", "2") with { ETag = "e" }], CancellationToken.None);
        Assert.Equal(["2|0"], Query("SELECT value, is_binary FROM mystate", "theirs.db"));
    }

    [Fact]
    public async Task Stores_of_one_file_share_its_writer_and_close_it_last()
    {
        var second = (SqliteStateStore)await OpenWithAsync(("connectionString", "state.db"), ("tableName", "second"));
        Assert.Same(((SqliteStateStore)Store).Database, second.Database);

        await Store.DisposeAsync();
        await second.WriteAsync([Set("k", "1")], CancellationToken.None);
        await second.DisposeAsync();

        Assert.Equal(["state.db"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Expired_rows_stay_in_the_file_unless_told_otherwise()
    {
        await Write(Set("k", "1") with { Ttl = TimeSpan.FromSeconds(1) });
        Time.Advance(TimeSpan.FromHours(1));
        await Upsert("other", "1");

        Assert.Equal(["2"], Query("SELECT count(*) FROM state"));
    }

    [Fact]
    public async Task A_cleanup_interval_deletes_expired_rows()
    {
        var store = (SqliteStateStore)await OpenWithAsync(("connectionString", "clean.db"), ("cleanupInterval", "10s"));
        await store.WriteAsync([Set("k", "1") with { Ttl = TimeSpan.FromSeconds(1) }, Set("stays", "1")], CancellationToken.None);
        var sweeping = new TaskCompletionSource();
        store.Database.Writer.BeforeCommit = () => sweeping.TrySetResult();

        Time.Advance(TimeSpan.FromSeconds(10));
        await sweeping.Task.WaitAsync(TimeSpan.FromSeconds(30), CancellationToken.None);
        await store.DisposeAsync();

        Assert.Equal(["stays"], Query("SELECT key FROM state", "clean.db"));
    }

    [Theory]
    [InlineData("connectionString", ":memory:")]
    [InlineData("connectionString", "file::memory:?cache=shared")]
    [InlineData("connectionString", "file:x.db?mode=ro")]
    [InlineData("connectionString", "file:x.db?_pragma=synchronous(OFF)")]
    [InlineData("url", "")]
    public async Task What_cannot_be_honoured_is_refused(string name, string value) =>
        await Assert.ThrowsAsync<ComponentException>(() => OpenWithAsync((name, value)).AsTask());

    [Fact]
    public async Task A_table_name_that_is_none_is_refused() =>
        await Assert.ThrowsAsync<ComponentException>(() => OpenWithAsync(("connectionString", "x.db"), ("tableName", "a\"; DROP TABLE b")).AsTask());

    [Fact]
    public async Task A_file_of_a_later_layout_is_refused()
    {
        await ((SqliteStateStore)Store).Database.WriteAsync(
            session =>
            {
                session.Execute("UPDATE metadata SET value = '99'");
                return true;
            },
            CancellationToken.None);

        var refused = await Assert.ThrowsAsync<ComponentException>(() => OpenAsync().AsTask());
        Assert.Contains("99", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_refused()
    {
        await File.WriteAllTextAsync(_folder.File("text.db"), new string('x', 5000), CancellationToken.None);

        await Assert.ThrowsAsync<ComponentException>(() => OpenWithAsync(("connectionString", "text.db")).AsTask());
    }

    [Fact]
    public async Task A_rollback_journal_works_too()
    {
        await using var store = await OpenWithAsync(("connectionString", "journal.db"), ("disableWAL", "true"));
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            await store.WriteAsync([Set($"k{i}", "1")], CancellationToken.None);
            Assert.NotNull(await store.GetAsync($"k{i}", CancellationToken.None));
        }));

        Assert.Equal(["delete"], Query("PRAGMA journal_mode", "journal.db")); // anything but wal
    }

    protected override ValueTask<IStateStore> OpenAsync() => OpenWithAsync(("connectionString", "state.db"));

    private ValueTask<IStateStore> OpenWithAsync(params (string Name, string Value)[] metadata) => SqliteStateStore.OpenAsync(
        TestComponents.Spec("state.sqlite", metadata),
        TestComponents.Context(Time, _folder.Path),
        new SqliteDatabaseOptions(),
        CancellationToken.None);

    private List<string> Query(string sql, string file = "state.db")
    {
        using var connection = new SqliteConnection($"Data Source={_folder.File(file)};Pooling=false");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        List<string> rows = [];
        while (reader.Read())
        {
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(reader.GetValue)));
        }

        return rows;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
