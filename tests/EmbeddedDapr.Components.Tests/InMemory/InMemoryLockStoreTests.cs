using EmbeddedDapr.Components.InMemory;
using EmbeddedDapr.Components.Tests.Conformance;
using EmbeddedDapr.Locks;
using Microsoft.Extensions.Time.Testing;

namespace EmbeddedDapr.Components.Tests.InMemory;

public sealed class InMemoryLockStoreTests : LockStoreConformance
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task A_lock_is_free_when_it_has_expired()
    {
        await Store.TryLockAsync("r", "a", TimeSpan.FromSeconds(2), CancellationToken.None);

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(await TryLock("r", "b"));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(UnlockOutcome.LockDoesNotExist, await Unlock("r", "a"));
        Assert.True(await TryLock("r", "b"));
    }

    protected override ValueTask<ILockStore> OpenAsync() => ValueTask.FromResult<ILockStore>(new InMemoryLockStore(_time));
}
