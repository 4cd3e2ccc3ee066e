using System.Threading.Channels;
using EmbeddedDapr.Components.PubSub;
using Microsoft.Extensions.Logging;

namespace EmbeddedDapr.Components.Sqlite.PubSub;

/// <summary>
/// The readers of one topic under one consumer name, in this process: they compete for its messages. Reads ahead within bounds, hands over through the queue
/// and writes the position behind, never past a message that is not settled.
/// </summary>
internal sealed partial class ConsumerGroup : IDeliverySource, IAsyncDisposable
{
    private const int ReadAtOnce = 512; // messages of one read: enough to make it cheap, few enough to start handling early
    private const int TrackedPerUnsettled = 16; // a message that keeps failing lets so many windows of others pass before it holds them up

    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly SqliteDatabase _database;
    private readonly PubSubTables _tables;
    private readonly TopicLog _topic;
    private readonly string _consumer;
    private readonly PubSubOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConsumerWindow _window;
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _feeding;
    private long _bytes;
    private bool _starved;
    private bool _positionQueued;

    public ConsumerGroup(
        SqliteDatabase database,
        PubSubTables tables,
        TopicLog topic,
        string consumer,
        long position,
        PubSubOptions options,
        TimeProvider time,
        ILogger logger)
    {
        _database = database;
        _tables = tables;
        _topic = topic;
        _consumer = consumer;
        _options = options;
        _time = time;
        _logger = logger;
        _window = new ConsumerWindow(position, options.UnsettledMax, options.UnsettledMax * TrackedPerUnsettled);
        Queue = new DeliveryQueue(options.UnsettledMax, options.BackOff, time);
        _feeding = Task.Run(FeedAsync);
        Wake();
    }

    /// <inheritdoc/>
    public DeliveryQueue Queue { get; }

    public TopicLog Topic => _topic;

    public string Consumer => _consumer;

    /// <summary>Subscriptions that use it. Under the gate of the log.</summary>
    public int Subscriptions { get; set; }

    /// <summary>Everything up to it is settled.</summary>
    public long Position
    {
        get
        {
            lock (_lock)
            {
                return _window.Position;
            }
        }
    }

    /// <summary>There may be new messages, or room for more.</summary>
    public void Wake() => _wake.Writer.TryWrite(true);

    /// <inheritdoc/>
    public void Settle(IReadOnlyList<PendingDelivery> settled)
    {
        var moved = false;
        lock (_lock)
        {
            for (var i = 0; i < settled.Count; i++)
            {
                moved |= _window.Settle(settled[i].Id);
                _bytes -= settled[i].Message.Data.Length;
            }

            if (moved && !_positionQueued)
            {
                _positionQueued = true;
                _database.WriteLazily(new PositionWrite(this));
            }

            // Waking at every settled message would make reads of one message each.
            if (_starved && (_window.Room >= _options.UnsettledMax / 2 || _window.Unsettled == 0))
            {
                _starved = false;
                Wake();
            }
        }
    }

    /// <summary>Stops reading and writes the position. Call when no handler runs any more.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _feeding;
        Queue.Dispose();
        _stopping.Dispose();
        var write = new DelegateUnit<bool>(
            session =>
            {
                WritePosition(session);
                return true;
            },
            CancellationToken.None);
        try
        {
            await _database.WriteAsync(write, CancellationToken.None);
        }
        catch (Exception failure)
        {
            // What was settled since the last write comes again after a start, as after a crash.
            Log.PositionLost(_logger, failure, _topic.Name, _consumer);
        }
    }

    /// <summary>Writes the position and deletes what nobody needs any more. Writer's thread.</summary>
    public long WritePosition(SqliteSession session)
    {
        var position = Position;
        _tables.SetPosition(session, _topic.Id, _consumer, position, _time.GetUtcNow().ToUnixTimeMilliseconds());
        _topic.TrimSettled(session);
        return position;
    }

    private async Task FeedAsync()
    {
        try
        {
            while (await _wake.Reader.WaitToReadAsync(_stopping.Token))
            {
                _wake.Reader.TryRead(out _);
                await FeedAllAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private async Task FeedAllAsync()
    {
        try
        {
            while (await FeedOnceAsync())
            {
            }
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // The loop must go on: the medium may recover, and messages are still there.
            Log.ReadFailed(_logger, failure, _topic.Name, _consumer);
            await Task.Delay(PauseAfterFailure, _time, _stopping.Token);
            Wake();
        }
    }

    private async ValueTask<bool> FeedOnceAsync()
    {
        int room;
        long bytesRoom;
        long last;
        lock (_lock)
        {
            room = Math.Min(_window.Room, ReadAtOnce);
            bytesRoom = _options.UnsettledBytesMax - _bytes;
            last = _window.Last;
            if (room == 0 || bytesRoom <= 0)
            {
                _starved = true;
                return false;
            }
        }

        var found = await _database.ReadAsync(
            (Tables: _tables, Topic: _topic, After: _topic.FirstId + last, room, bytesRoom),
            static (session, ask) => ask.Tables.After(session, ask.Topic, ask.After, ask.room, ask.bytesRoom),
            _stopping.Token);
        lock (_lock)
        {
            foreach (var delivery in found)
            {
                _window.Take(delivery.Id);
                _bytes += delivery.Message.Data.Length;
            }
        }

        found.ForEach(Queue.Offer);
        return found.Count > 0;
    }

    private void OnPositionWritten(long position)
    {
        lock (_lock)
        {
            _positionQueued = _window.Position > position;
            if (_positionQueued)
            {
                _database.WriteLazily(new PositionWrite(this));
            }
        }
    }

    private void OnPositionFailed()
    {
        lock (_lock)
        {
            _positionQueued = false; // the next settled message asks again
        }
    }

    private sealed class PositionWrite(ConsumerGroup group) : WriteUnit
    {
        private long _position;

        public override void Run(SqliteSession session) => _position = group.WritePosition(session);

        public override void Committed() => group.OnPositionWritten(_position);

        public override void Failed(Exception failure) => group.OnPositionFailed();
    }

    private static partial class Log
    {
        [LoggerMessage(4110, LogLevel.Error, "Topic {Topic} cannot be read for {Consumer}; trying again")]
        public static partial void ReadFailed(ILogger logger, Exception failure, string topic, string consumer);

        [LoggerMessage(4111, LogLevel.Warning, "The position of {Consumer} in {Topic} was not written; some messages will come again")]
        public static partial void PositionLost(ILogger logger, Exception failure, string topic, string consumer);
    }
}
