using EmbeddedDapr.Workflows.Storage;

namespace EmbeddedDapr.Components.Sqlite.Workflows;

/// <content>Writes; all of them run within a transaction of the writer.</content>
internal sealed partial class WorkflowTables
{
    public bool Start(SqliteSession session, string app, WorkflowStart start)
    {
        var existing = Find(session, app, start.Row.Id);
        if (existing is not null)
        {
            if (start.Replaces is not { } replaced || replaced.Key != existing.Key || replaced.Version != existing.Version || !existing.IsTerminal)
            {
                return false;
            }

            Remove(session, existing.Key);
        }
        else if (start.Replaces is not null)
        {
            return false;
        }

        Insert(session, app, start);
        return true;
    }

    public bool Post(SqliteSession session, string app, WorkflowPost post) => Deliver(session, app, post) != 0;

    public ChangeOutcome Commit(SqliteSession session, string app, WorkflowChange change)
    {
        var row = change.Row;
        if (!Update(session, row))
        {
            return ChangeOutcome.Conflict;
        }

        if (change.IsNewGeneration)
        {
            Run(session, _deleteHistory, row.Key);
            Run(session, _deleteResults, row.Key);
        }

        if (change.DropsTasks)
        {
            Run(session, _deleteTasks, row.Key);
        }

        if (row.IsTerminal)
        {
            Run(session, _deleteInbox, row.Key);
        }
        else
        {
            foreach (var sequence in change.InboxTaken)
            {
                using var take = session.Use(_takeInbox).Bind(1, row.Key).Bind(2, sequence);
                take.Run();
            }
        }

        if (change.DropsTimers)
        {
            Run(session, _deleteTimers, row.Key);
        }
        else
        {
            foreach (var timer in change.TimersRemoved)
            {
                using var remove = session.Use(_deleteTimer).Bind(1, row.Key).Bind(2, timer);
                remove.Run();
            }
        }

        if (change.History is { } history)
        {
            AddHistory(session, row.Key, history);
        }

        foreach (var added in change.InboxAdded)
        {
            AddInbox(session, row.Key, added, added.Generation);
        }

        AddWork(session, app, row.Key, change.TasksAdded, change.TimersAdded);
        var starts = change.Starts.Count == 0 ? [] : change.Starts.Select(start => StartChild(session, app, row.Key, start)).ToArray();
        var posts = change.Posts.Count == 0 ? [] : change.Posts.Select(post => Deliver(session, app, post)).ToArray();
        return new ChangeOutcome(true, starts, posts);
    }

    public bool ForgetTask(SqliteSession session, long key, int task)
    {
        using var delete = session.Use(_deleteTask).Bind(1, key).Bind(2, task);
        delete.Run();
        return true;
    }

    public bool Purge(SqliteSession session, string app, string id, long? key, bool onlyTerminal)
    {
        if (Find(session, app, id) is not { } row || (key is not null && row.Key != key) || (onlyTerminal && !row.IsTerminal))
        {
            return false;
        }

        Remove(session, row.Key);
        return true;
    }

    private StartOutcome StartChild(SqliteSession session, string app, long parent, WorkflowStart start)
    {
        var existing = Find(session, app, start.Row.Id);
        if (existing is { IsTerminal: false })
        {
            if (start.Row.ParentId is not null && existing.ParentExecutionId == start.Row.ParentExecutionId && existing.ParentTask == start.Row.ParentTask)
            {
                return StartOutcome.AlreadyThere;
            }

            if (start.IfOccupied is { } row)
            {
                AddInbox(session, parent, row, row.Generation);
            }

            return StartOutcome.Occupied;
        }

        if (existing is not null)
        {
            Remove(session, existing.Key);
        }

        Insert(session, app, start);
        return StartOutcome.Started;
    }

    private long Deliver(SqliteSession session, string app, WorkflowPost post)
    {
        if (Find(session, app, post.InstanceId) is not { IsTerminal: false } row
            || (post.Key is { } key && key != row.Key)
            || (post.ExecutionId is { } execution && execution != row.ExecutionId)
            || (post.ParentId is { } parent && parent != row.ParentId)
            || (post.Inbox.Generation > 0 && post.Inbox.Generation != row.Generation))
        {
            return 0;
        }

        AddInbox(session, row.Key, post.Inbox, post.Inbox.Generation < 0 ? row.Generation : post.Inbox.Generation);
        if (post.Task is { } task)
        {
            ForgetTask(session, row.Key, task);
        }

        return row.Key;
    }

    private void Insert(SqliteSession session, string app, WorkflowStart start)
    {
        var row = start.Row;
        using (var insert = session.Use(_insert))
        {
            insert.Bind(1, row.Key).Bind(2, row.Id).Bind(3, row.Version).Bind(4, (long)row.Generation).Bind(5, row.ExecutionId).Bind(6, row.Name)
                .Bind(7, (long)row.Status).Bind(8, row.IsSuspended ? 1L : 0L).Bind(9, row.StalledWhy).Bind(10, row.CustomStatus)
                .Bind(11, row.CreatedAt.UtcTicks).Bind(12, row.StartedAt?.UtcTicks).Bind(13, row.UpdatedAt.UtcTicks).Bind(14, row.CompletedAt?.UtcTicks)
                .Bind(15, row.ScheduledAt?.UtcTicks).Bind(16, row.ParentId).Bind(17, row.ParentExecutionId).Bind(18, (long)row.ParentTask).Bind(19, row.ParentAppId)
                .Bind(20, app).Run();
        }

        AddInbox(session, row.Key, start.Inbox, start.Inbox.Generation);
        if (start.History is { } history)
        {
            AddHistory(session, row.Key, history);
        }

        AddWork(session, app, row.Key, start.Tasks, start.Timers);
    }

    private bool Update(SqliteSession session, WorkflowRow row)
    {
        using var update = session.Use(_update);
        update.Bind(1, row.Key).Bind(2, row.Version).Bind(3, (long)row.Generation).Bind(4, row.ExecutionId).Bind(5, (long)row.Status)
            .Bind(6, row.IsSuspended ? 1L : 0L).Bind(7, row.StalledWhy).Bind(8, row.CustomStatus).Bind(9, row.CreatedAt.UtcTicks)
            .Bind(10, row.StartedAt?.UtcTicks).Bind(11, row.UpdatedAt.UtcTicks).Bind(12, row.CompletedAt?.UtcTicks).Run();
        return session.Changes == 1;
    }

    private void AddHistory(SqliteSession session, long key, HistoryChunk chunk)
    {
        using var add = session.Use(_addHistory).Bind(1, key).Bind(2, (long)chunk.First).Bind(3, (long)chunk.Count).BindBlob(4, chunk.Events.Span);
        add.Run();
    }

    private void AddInbox(SqliteSession session, long key, InboxRow row, int generation)
    {
        using var add = session.Use(_addInbox).Bind(1, key).Bind(2, row.Sequence).Bind(3, (long)generation).BindBlob(4, row.Events.Span);
        add.Run();
    }

    private void AddWork(SqliteSession session, string app, long key, IReadOnlyList<int> tasks, IReadOnlyList<KeyValuePair<int, DateTimeOffset>> timers)
    {
        foreach (var task in tasks)
        {
            using var add = session.Use(_addTask).Bind(1, key).Bind(2, (long)task);
            add.Run();
        }

        foreach (var (timer, due) in timers)
        {
            using var add = session.Use(_addTimer).Bind(1, key).Bind(2, (long)timer).Bind(3, due.UtcTicks).Bind(4, app);
            add.Run();
        }
    }

    private void Remove(SqliteSession session, long key)
    {
        Run(session, _deleteHistory, key);
        Run(session, _deleteInbox, key);
        Run(session, _deleteTasks, key);
        Run(session, _deleteTimers, key);
        Run(session, _delete, key);
    }

    private static void Run(SqliteSession session, SqlText sql, long key)
    {
        using var statement = session.Use(sql).Bind(1, key);
        statement.Run();
    }
}
