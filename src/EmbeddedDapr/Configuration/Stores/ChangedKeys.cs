using System.Threading.Channels;

namespace EmbeddedDapr.Configuration.Stores;

/// <summary>
/// Changes that one subscriber has not been told of yet, in order. Each is kept, also several of one key, up to <c>capacity</c>; from there on a key that waits already is not
/// added again, so that a slow subscriber hears of every changed key but not of every change. Thread safe, one reader.
/// </summary>
internal sealed class ChangedKeys(int capacity)
{
    private readonly Queue<string> _keys = new();
    private readonly HashSet<string> _waiting = new(StringComparer.Ordinal);
    private readonly Channel<bool> _added = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public void Add(string key)
    {
        lock (_keys)
        {
            if (_keys.Count >= capacity && _waiting.Contains(key))
            {
                return;
            }

            _keys.Enqueue(key);
            _waiting.Add(key);
        }

        _added.Writer.TryWrite(true);
    }

    public async ValueTask<string> TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            lock (_keys)
            {
                if (_keys.TryDequeue(out var key))
                {
                    // It may stand in the queue once more; then it is added once too often, which does no harm.
                    _waiting.Remove(key);
                    return key;
                }
            }

            await _added.Reader.ReadAsync(cancellationToken);
        }
    }
}
