using EmbeddedDapr.Locks;

namespace EmbeddedDapr.Components.InMemory;

/// <summary><c>lock.in-memory</c>: locks of one process, gone with it. A type of this runtime alone; apps that run in one process share it.</summary>
internal sealed class InMemoryLockStore(TimeProvider time) : ILockStore
{
    private const int SweepFloor = 64;
    private readonly Dictionary<string, (string Owner, DateTimeOffset ExpiresAt)> _locks = new(StringComparer.Ordinal);
    private int _sweepAt = SweepFloor;

    /// <inheritdoc/>
    public ValueTask<bool> TryLockAsync(string key, string owner, TimeSpan expiry, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var now = time.GetUtcNow();
        lock (_locks)
        {
            if (_locks.TryGetValue(key, out var held) && held.ExpiresAt > now)
            {
                return ValueTask.FromResult(false);
            }

            _locks[key] = (owner, now + expiry);
            if (_locks.Count >= _sweepAt)
            {
                Sweep_NeedsLock(now);
            }

            return ValueTask.FromResult(true);
        }
    }

    /// <inheritdoc/>
    public ValueTask<UnlockOutcome> UnlockAsync(string key, string owner, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_locks)
        {
            if (!_locks.TryGetValue(key, out var held) || held.ExpiresAt <= time.GetUtcNow())
            {
                return ValueTask.FromResult(UnlockOutcome.LockDoesNotExist);
            }

            if (held.Owner != owner)
            {
                return ValueTask.FromResult(UnlockOutcome.LockBelongsToOthers);
            }

            _locks.Remove(key);
            return ValueTask.FromResult(UnlockOutcome.Success);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    // Locks that nobody gave back are dropped once there are twice as many as at the last look, so that each costs little.
    private void Sweep_NeedsLock(DateTimeOffset now)
    {
        foreach (var key in _locks.Where(pair => pair.Value.ExpiresAt <= now).Select(pair => pair.Key).ToList())
        {
            _locks.Remove(key);
        }

        _sweepAt = Math.Max(SweepFloor, 2 * _locks.Count);
    }
}
