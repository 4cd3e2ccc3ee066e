using EmbeddedDapr.Components.PubSub;

namespace EmbeddedDapr.Components.Sqlite.PubSub;

/// <summary>A row of the message table, as far as retention needs it.</summary>
internal readonly record struct MessageAge(long Id, long PublishedMs, long BytesBefore);

/// <summary>
/// The tables of <c>pubsub.sqlite</c>. All messages lie in one table without further index: the row id is the topic's number above and the message's number
/// within the topic below, so a topic is a range that grows at its end. Every message knows how many bytes its topic had published before it; the size of
/// a range is then a subtraction.
/// </summary>
internal sealed class PubSubTables(string prefix)
{
    /// <summary>2^40 messages a topic, 2^23 topics.</summary>
    public const int SequenceBits = 40;

    private readonly SqlText _addTopic = new($"INSERT OR IGNORE INTO \"{prefix}_topics\" (name, floor) VALUES (?, 0)");
    private readonly SqlText _topicId = new($"SELECT id FROM \"{prefix}_topics\" WHERE name = ?");
    private readonly SqlText _topicNames = new($"SELECT name FROM \"{prefix}_topics\"");
    private readonly SqlText _floor = new($"SELECT floor FROM \"{prefix}_topics\" WHERE id = ?");
    private readonly SqlText _setFloor = new($"UPDATE \"{prefix}_topics\" SET floor = ?2 WHERE id = ?1");
    private readonly SqlText _last = new($"""
        SELECT id, bytes_before + length(data) FROM "{prefix}_messages" WHERE id > ? AND id < ? ORDER BY id DESC LIMIT 1
        """);

    private readonly SqlText _insert = new($"""
        INSERT INTO "{prefix}_messages" (id, published, bytes_before, content_type, metadata, data) VALUES (?, ?, ?, ?, ?, ?)
        """);

    private readonly SqlText _after = new($"""
        SELECT id, content_type, metadata, data FROM "{prefix}_messages" WHERE id > ? AND id < ? ORDER BY id LIMIT ?
        """);

    private readonly SqlText _ages = new($"""
        SELECT id, published, bytes_before FROM "{prefix}_messages" WHERE id > ? AND id < ? ORDER BY id LIMIT ?
        """);

    private readonly SqlText _delete = new($"DELETE FROM \"{prefix}_messages\" WHERE id > ? AND id <= ?");
    private readonly SqlText _addConsumer = new($"INSERT OR IGNORE INTO \"{prefix}_consumers\" (topic, consumer, position, updated) VALUES (?, ?, ?, ?)");
    private readonly SqlText _position = new($"SELECT position FROM \"{prefix}_consumers\" WHERE topic = ? AND consumer = ?");
    private readonly SqlText _setPosition = new($"""
        INSERT INTO "{prefix}_consumers" (topic, consumer, position, updated) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (topic, consumer) DO UPDATE SET position = max(position, ?3), updated = ?4
        """);

    private readonly SqlText _minPosition = new($"SELECT min(position) FROM \"{prefix}_consumers\" WHERE topic = ?");
    private readonly SqlText _forget = new($"DELETE FROM \"{prefix}_consumers\" WHERE topic = ? AND updated < ?");

    /// <summary>Creates what is missing.</summary>
    public bool Create(SqliteSession session)
    {
        session.Execute($"""
            CREATE TABLE IF NOT EXISTS "{prefix}_topics" (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, floor INTEGER NOT NULL)
            """);
        session.Execute($"""
            CREATE TABLE IF NOT EXISTS "{prefix}_messages" (
              id INTEGER PRIMARY KEY, published INTEGER NOT NULL, bytes_before INTEGER NOT NULL, content_type TEXT, metadata TEXT, data BLOB NOT NULL
            )
            """);
        session.Execute($"""
            CREATE TABLE IF NOT EXISTS "{prefix}_consumers" (
              topic INTEGER NOT NULL, consumer TEXT NOT NULL, position INTEGER NOT NULL, updated INTEGER NOT NULL, PRIMARY KEY (topic, consumer)
            ) WITHOUT ROWID
            """);
        return true;
    }

    public long TopicId(SqliteSession session, string name)
    {
        using var add = session.Use(_addTopic).Bind(1, name);
        add.Run();
        using var id = session.Use(_topicId).Bind(1, name);
        return id.Step() ? id.Int64(0) : throw new InvalidOperationException($"topic {name} was not stored");
    }

    public List<string> TopicNames(SqliteSession session)
    {
        List<string> names = [];
        using var rows = session.Use(_topicNames);
        while (rows.Step())
        {
            names.Add(rows.Text(0));
        }

        return names;
    }

    public long Floor(SqliteSession session, long topicId)
    {
        using var row = session.Use(_floor).Bind(1, topicId);
        return row.Step() ? row.Int64(0) : 0;
    }

    /// <summary>The last message of a range and the bytes up to its end; null: the range is empty.</summary>
    public (long Id, long BytesEnd)? Last(SqliteSession session, long after, long before)
    {
        using var row = session.Use(_last).Bind(1, after).Bind(2, before);
        return row.Step() ? (row.Int64(0), row.Int64(1)) : null;
    }

    public void Insert(SqliteSession session, long id, long publishedMs, long bytesBefore, string? contentType, byte[]? metadata, ReadOnlySpan<byte> data)
    {
        using var insert = session.Use(_insert).Bind(1, id).Bind(2, publishedMs).Bind(3, bytesBefore).Bind(4, contentType);
        _ = metadata is null ? insert.BindNull(5) : insert.BindText(5, metadata);
        insert.BindBlob(6, data).Run();
    }

    /// <summary>Messages after an id, in order, up to a number and a number of bytes; at least one when there is one.</summary>
    public List<PendingDelivery> After(SqliteSession session, TopicLog topic, long id, int limit, long bytesMax)
    {
        List<PendingDelivery> found = [];
        using var rows = session.Use(_after).Bind(1, id).Bind(2, topic.EndId).Bind(3, limit);
        while ((found.Count == 0 || bytesMax > 0) && rows.Step())
        {
            var message = MessageCodec.Read(rows, 1);
            bytesMax -= message.Data.Length;
            found.Add(new PendingDelivery(topic.Name, rows.Int64(0) - topic.FirstId, message));
        }

        return found;
    }

    public List<MessageAge> Ages(SqliteSession session, long after, long before, int limit)
    {
        List<MessageAge> found = [];
        using var rows = session.Use(_ages).Bind(1, after).Bind(2, before).Bind(3, limit);
        while (rows.Step())
        {
            found.Add(new MessageAge(rows.Int64(0), rows.Int64(1), rows.Int64(2)));
        }

        return found;
    }

    /// <summary>Deletes a range and keeps in mind that it was there, so that numbers are never given twice.</summary>
    public void DeleteUpTo(SqliteSession session, long topicId, long after, long upTo)
    {
        using var delete = session.Use(_delete).Bind(1, after).Bind(2, upTo);
        delete.Run();
        using var floor = session.Use(_setFloor).Bind(1, topicId).Bind(2, upTo);
        floor.Run();
    }

    /// <summary>The position of a consumer, which is made known with the given one if it is not.</summary>
    public long OpenConsumer(SqliteSession session, long topicId, string consumer, long position, long nowMs)
    {
        using var add = session.Use(_addConsumer).Bind(1, topicId).Bind(2, consumer).Bind(3, position).Bind(4, nowMs);
        add.Run();
        using var found = session.Use(_position).Bind(1, topicId).Bind(2, consumer);
        return found.Step() ? found.Int64(0) : position;
    }

    public void SetPosition(SqliteSession session, long topicId, string consumer, long position, long nowMs)
    {
        using var set = session.Use(_setPosition).Bind(1, topicId).Bind(2, consumer).Bind(3, position).Bind(4, nowMs);
        set.Run();
    }

    /// <summary>What every known consumer of a topic has settled; null: nobody is known.</summary>
    public long? MinPosition(SqliteSession session, long topicId)
    {
        using var row = session.Use(_minPosition).Bind(1, topicId);
        return row.Step() ? row.NullableInt64(0) : null;
    }

    /// <summary>Forgets consumers that have not been seen since; how many.</summary>
    public int ForgetConsumers(SqliteSession session, long topicId, long unseenSinceMs)
    {
        using var forget = session.Use(_forget).Bind(1, topicId).Bind(2, unseenSinceMs);
        forget.Run();
        return session.Changes;
    }
}
