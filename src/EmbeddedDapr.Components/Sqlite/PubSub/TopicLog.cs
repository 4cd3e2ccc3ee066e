using EmbeddedDapr.PubSub;

namespace EmbeddedDapr.Components.Sqlite.PubSub;

/// <summary>
/// One topic. Numbers of messages start at 1 and never come again. What it remembers of its rows belongs to the writer's thread and is read again whenever
/// the session's epoch says that it may be wrong.
/// </summary>
internal sealed class TopicLog(string name, long id, PubSubTables tables)
{
    private const int TrimAtOnceMax = 10_000; // rows a commit may delete, tens of milliseconds
    private const int TrimWorthIt = 256; // rows; fewer are left for later while more keep coming
    private const int AgesAtOnce = 1_000;

    private ConsumerGroup[] _groups = [];
    private int _epoch = -1;
    private long _floor;
    private long _last;
    private long _bytesEnd;

    public string Name => name;

    public long Id => id;

    /// <summary>Row id before the first message.</summary>
    public long FirstId { get; } = id << PubSubTables.SequenceBits;

    /// <summary>Row id that no message reaches.</summary>
    public long EndId { get; } = (id + 1) << PubSubTables.SequenceBits;

    /// <summary>Wakes everyone who reads the topic.</summary>
    public void Wake()
    {
        foreach (var group in Volatile.Read(ref _groups))
        {
            group.Wake();
        }
    }

    /// <summary>Adds or removes a reader. Under the gate of the log.</summary>
    public void SetGroups(IEnumerable<ConsumerGroup> groups) => Volatile.Write(ref _groups, [.. groups]);

    /// <summary>Adds messages. Writer's thread.</summary>
    public void Append(SqliteSession session, IReadOnlyList<PubSubMessage> messages, IReadOnlyList<byte[]?> metadata, long nowMs)
    {
        Load(session);
        for (var i = 0; i < messages.Count; i++)
        {
            var message = messages[i];
            tables.Insert(session, FirstId + ++_last, nowMs, _bytesEnd, MessageCodec.ContentTypeColumn(message), metadata[i], message.Data.Span);
            _bytesEnd += message.Data.Length;
        }
    }

    /// <summary>Where a new consumer starts. Writer's thread.</summary>
    public long StartPosition(SqliteSession session, bool latest)
    {
        Load(session);
        return latest ? _last : _floor;
    }

    /// <summary>Deletes what every known consumer has settled. Writer's thread.</summary>
    public void TrimSettled(SqliteSession session)
    {
        Load(session);
        if (tables.MinPosition(session, id) is { } settled && settled > _floor && (settled - _floor >= TrimWorthIt || settled == _last))
        {
            DeleteUpTo(session, Math.Min(settled, _floor + TrimAtOnceMax));
        }
    }

    /// <summary>Deletes the oldest beyond the limits. Writer's thread.</summary>
    /// <returns>How many messages went that some known consumer had not settled, and whether there may be more to delete.</returns>
    public (long Unsettled, bool More) Retain(SqliteSession session, PubSubOptions limits, DateTimeOffset now)
    {
        Load(session);
        var publishedBefore = (now - limits.Retention).ToUnixTimeMilliseconds();
        var ages = tables.Ages(session, FirstId + _floor, EndId, AgesAtOnce);
        var cut = _floor;
        foreach (var age in ages)
        {
            var number = age.Id - FirstId;
            if (age.PublishedMs >= publishedBefore && _last - number < limits.MessagesMax && _bytesEnd - age.BytesBefore <= limits.BytesMax)
            {
                break;
            }

            cut = number;
        }

        if (cut == _floor)
        {
            return (0, false);
        }

        var unsettled = tables.MinPosition(session, id) is { } settled && settled < cut ? cut - Math.Max(settled, _floor) : 0;
        DeleteUpTo(session, cut);
        return (unsettled, ages.Count == AgesAtOnce);
    }

    private void DeleteUpTo(SqliteSession session, long number)
    {
        tables.DeleteUpTo(session, id, FirstId + _floor, FirstId + number);
        _floor = number;
    }

    private void Load(SqliteSession session)
    {
        if (_epoch == session.Epoch)
        {
            return;
        }

        _epoch = session.Epoch;
        var floorId = tables.Floor(session, id);
        _floor = floorId == 0 ? 0 : floorId - FirstId;
        (_last, _bytesEnd) = tables.Last(session, FirstId, EndId) is { } last ? (last.Id - FirstId, last.BytesEnd) : (_floor, 0);
    }
}
