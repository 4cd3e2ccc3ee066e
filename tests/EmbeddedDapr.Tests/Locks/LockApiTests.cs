using EmbeddedDapr.Components;
using EmbeddedDapr.Locks;
using EmbeddedDapr.Runtime;
using EmbeddedDapr.Tests.Fakes;
using Microsoft.Extensions.Logging.Abstractions;

namespace EmbeddedDapr.Tests.Locks;

public sealed class LockApiTests
{
    private RecordingStore Store { get; } = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", "lock||app1||r")]
    [InlineData("none", "lock||r")]
    [InlineData("name", "lock||locks||r")]
    [InlineData("shared", "lock||shared||r")]
    public async Task The_key_carries_the_components_prefix(string keyPrefix, string key)
    {
        await Api(keyPrefix).TryLockAsync("locks", new LockRequest("r", "a", 5), Token);

        Assert.Equal([key], Store.Keys);
    }

    [Theory]
    [InlineData("", "", 0, "none", "ExpiryInSeconds is not positive in lock store none")]
    [InlineData("", "a", 5, "locks", "ResourceId is empty in lock store locks")]
    [InlineData("r", "", 5, "none", "LockOwner is empty in lock store none")]
    [InlineData("r", "a", 5, "none", "lock store none not found")]
    [InlineData("a||b", "a", 5, "locks", "failed to try acquiring lock: input key/keyPrefix 'a||b' can't contain '||'")]
    public async Task Arguments_are_checked_before_theStore(string resource, string owner, int seconds, string store, string message)
    {
        Assert.Equal(message, (await Api().TryLockAsync(store, new LockRequest(resource, owner, seconds), Token)).Error!.Message);
        Assert.Empty(Store.Keys);
    }

    [Fact]
    public async Task A_failure_of_theStore_is_an_error_of_the_call()
    {
        Store.Fails = true;

        Assert.Equal(("ERR_TRY_LOCK", 500), Shape((await Api().TryLockAsync("locks", new LockRequest("r", "a", 5), Token)).Error!));
        Assert.Equal(("ERR_UNLOCK", 500), Shape((await Api().UnlockAsync("locks", new LockRequest("r", "a"), Token)).Error!));
        Assert.Equal(("ERR_LOCK_STORE_NOT_CONFIGURED", 500), Shape((await TestSidecar.Bare().Locks.UnlockAsync("locks", new LockRequest("r", "a"), Token)).Error!));
    }

    private static (string, int) Shape(ApiError error) => (error.Code, error.HttpStatus);

    private LockApi Api(string keyPrefix = "") => new Sidecar
    {
        Options = new() { AppId = "app1" },
        Time = TimeProvider.System,
        Loggers = NullLoggerFactory.Instance,
        Components = new()
        {
            LockStores = new Dictionary<string, Loaded<ILockStore>>
            {
                ["locks"] = new(new() { Name = "locks", Type = "lock.fake", Metadata = new ComponentMetadata([new("keyPrefix", keyPrefix)]) }, Store),
            },
        },
    }.Locks;

    private sealed class RecordingStore : ILockStore
    {
        public List<string> Keys { get; } = [];

        public bool Fails { get; set; }

        public ValueTask<bool> TryLockAsync(string key, string owner, TimeSpan expiry, CancellationToken cancellationToken)
        {
            Keys.Add(key);
            return Fails ? throw new IOException("gone") : ValueTask.FromResult(true);
        }

        public ValueTask<UnlockOutcome> UnlockAsync(string key, string owner, CancellationToken cancellationToken) =>
            Fails ? throw new IOException("gone") : ValueTask.FromResult(UnlockOutcome.Success);

        public ValueTask DisposeAsync() => default;
    }
}
