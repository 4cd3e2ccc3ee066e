using System.Threading.Channels;

namespace DeviceFleet.Workflows.Worker;

/// <summary>Works on items of one kind, so many at once, and keeps so many waiting.</summary>
internal sealed class WorkItemLane
{
    private readonly Channel<ReceivedItem> _waiting;
    private readonly Task[] _workers;
    private volatile bool _closing;

    /// <param name="concurrency">Items worked on at once.</param>
    /// <param name="capacity">Items that wait; beyond it <see cref="Accept"/> waits.</param>
    /// <param name="handle">Works on one item; must not throw.</param>
    public WorkItemLane(int concurrency, int capacity, Func<ReceivedItem, Task> handle)
    {
        _waiting = Channel.CreateBounded<ReceivedItem>(new BoundedChannelOptions(capacity) { SingleWriter = true, FullMode = BoundedChannelFullMode.Wait });
        _workers = [.. Enumerable.Range(0, concurrency).Select(_ => Task.Run(() => Work(handle)))];
    }

    /// <summary>Takes an item; while the lane is closing, drops it, and the sidecar gives it to somebody else when the stream ends.</summary>
    public ValueTask Accept(ReceivedItem item, CancellationToken cancellationToken) =>
        _closing ? ValueTask.CompletedTask : _waiting.Writer.WriteAsync(item, cancellationToken);

    /// <summary>Takes nothing more, and waits until what runs has ended. What waits is dropped.</summary>
    /// <exception cref="OperationCanceledException">The token ended the wait; what runs goes on.</exception>
    public Task Close(CancellationToken cancellationToken)
    {
        _closing = true;
        _waiting.Writer.TryComplete();
        return Task.WhenAll(_workers).WaitAsync(cancellationToken);
    }

    private async Task Work(Func<ReceivedItem, Task> handle)
    {
        while (await Next() is { } item)
        {
            // An item whose stream has ended is given out again.
            if (!_closing && !item.Session.IsClosed)
            {
                await handle(item);
            }
        }
    }

    /// <summary>The next item; null when there will be none.</summary>
    private async ValueTask<ReceivedItem?> Next()
    {
        // Not ReadAllAsync: that waits for "there is something", and every item would wake every idle worker.
        try
        {
            return await _waiting.Reader.ReadAsync();
        }
        catch (ChannelClosedException)
        {
            return null;
        }
    }
}
