using EmbeddedDapr.Locks;

namespace EmbeddedDapr.Components.Tests.Conformance;

/// <summary>What every lock store must do. Sources: runtime contract section 7.3, recorded: lock-basic.</summary>
public abstract class LockStoreConformance : IAsyncLifetime
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    protected ILockStore Store { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Store = await OpenAsync();

    public virtual async ValueTask DisposeAsync()
    {
        if (Store is not null)
        {
            await Store.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_held_lock_is_refused_to_everybody_its_owner_too()
    {
        Assert.True(await TryLock("r", "a"));

        Assert.False(await TryLock("r", "b"));
        Assert.False(await TryLock("r", "a"));
        Assert.True(await TryLock("other", "b"));
    }

    [Fact]
    public async Task Only_its_owner_gives_it_back()
    {
        await TryLock("r", "a");

        Assert.Equal(UnlockOutcome.LockBelongsToOthers, await Unlock("r", "b"));
        Assert.Equal(UnlockOutcome.Success, await Unlock("r", "a"));
        Assert.Equal(UnlockOutcome.LockDoesNotExist, await Unlock("r", "a"));
        Assert.True(await TryLock("r", "b"));
    }

    [Fact]
    public async Task Of_many_who_ask_at_once_one_gets_it()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => TryLock("r", $"{i}").AsTask()));

        Assert.Single(answers, true);
    }

    protected abstract ValueTask<ILockStore> OpenAsync();

    protected ValueTask<bool> TryLock(string key, string owner) => Store.TryLockAsync(key, owner, Long, CancellationToken.None);

    protected ValueTask<UnlockOutcome> Unlock(string key, string owner) => Store.UnlockAsync(key, owner, CancellationToken.None);
}
