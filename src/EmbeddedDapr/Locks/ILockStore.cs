namespace EmbeddedDapr.Locks;

/// <summary>What became of giving a lock back; the numbers are those of the API.</summary>
public enum UnlockOutcome
{
    /// <summary>Given back.</summary>
    Success = 0,

    /// <summary>Nobody holds it.</summary>
    LockDoesNotExist = 1,

    /// <summary>Somebody else holds it.</summary>
    LockBelongsToOthers = 2,
}

/// <summary>Locks with an expiry. Not reentrant: an owner that asks twice is refused. Thread safe. Failures of the medium are exceptions.</summary>
public interface ILockStore : IAsyncDisposable
{
    /// <summary>Takes the lock if nobody holds it, for at most <paramref name="expiry"/>.</summary>
    ValueTask<bool> TryLockAsync(string key, string owner, TimeSpan expiry, CancellationToken cancellationToken);

    /// <summary>Gives it back if <paramref name="owner"/> holds it.</summary>
    ValueTask<UnlockOutcome> UnlockAsync(string key, string owner, CancellationToken cancellationToken);
}
