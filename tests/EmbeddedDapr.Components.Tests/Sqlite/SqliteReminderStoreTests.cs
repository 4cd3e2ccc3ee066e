using EmbeddedDapr.Actors;
using EmbeddedDapr.Components.Sqlite;
using EmbeddedDapr.Components.Sqlite.State;
using EmbeddedDapr.Components.Tests.Conformance;
using EmbeddedDapr.State;

namespace EmbeddedDapr.Components.Tests.Sqlite;

public sealed class SqliteReminderStoreTests : ReminderStoreConformance
{
    private readonly TestFolder _folder = new();
    private IStateStore _state = null!;

    public override async ValueTask DisposeAsync()
    {
        await _state.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Reminders_survive_a_restart()
    {
        var reminder = Reminder("id", "n") with { Data = "1"u8.ToArray() };
        await Put(reminder);
        await _state.DisposeAsync();

        AssertSame(reminder, await (await OpenAsync()).GetAsync("T", "id", "n", CancellationToken.None));
    }

    [Fact]
    public async Task A_file_of_an_earlier_version_gets_the_columns_it_lacks_and_keeps_its_reminders()
    {
        var reminder = Reminder("id", "n");
        await Put(reminder);
        await ((SqliteStateStore)_state).Database.WriteAsync(
            static session =>
            {
                session.Execute("ALTER TABLE state_reminders DROP COLUMN retry_interval");
                session.Execute("ALTER TABLE state_reminders DROP COLUMN retries_max");
                return true;
            },
            CancellationToken.None);
        await _state.DisposeAsync();

        AssertSame(reminder, await (await OpenAsync()).GetAsync("T", "id", "n", CancellationToken.None));
    }

    [Fact]
    public async Task A_window_of_time_is_read_from_the_index()
    {
        var plan = await ((SqliteStateStore)_state).Database.ReadAsync(
            0,
            static (session, _) =>
            {
                using var rows = session.Use(new SqlText(
                    "EXPLAIN QUERY PLAN SELECT actor_id, data FROM state_reminders WHERE actor_type = 'T' AND next_due < 5 ORDER BY next_due LIMIT 10"));
                return rows.Step() ? rows.Text(3) : string.Empty;
            },
            CancellationToken.None);

        Assert.Contains("state_reminders_due (actor_type=? AND next_due<?)", plan, StringComparison.Ordinal);
    }

    protected override async ValueTask<IReminderStore> OpenAsync()
    {
        _state = await SqliteStateStore.OpenAsync(
            TestComponents.Spec("state.sqlite", ("connectionString", "file:state.db")),
            TestComponents.Context(TimeProvider.System, _folder.Path),
            new SqliteDatabaseOptions(),
            CancellationToken.None);
        return ((IReminderStoreProvider)_state).Reminders;
    }
}
