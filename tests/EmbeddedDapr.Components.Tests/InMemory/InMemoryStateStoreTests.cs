using EmbeddedDapr.Components.InMemory;
using EmbeddedDapr.Components.Tests.Conformance;
using EmbeddedDapr.State;

namespace EmbeddedDapr.Components.Tests.InMemory;

public sealed class InMemoryStateStoreTests : StateStoreConformance
{
    [Fact]
    public async Task Expired_keys_are_swept_without_being_read()
    {
        await Write(Set("short", "1") with { Ttl = TimeSpan.FromSeconds(1) }, Set("long", "1") with { Ttl = TimeSpan.FromSeconds(60) });
        await Write(Set("rewritten", "1") with { Ttl = TimeSpan.FromSeconds(1) });
        await Upsert("rewritten", "2");

        Time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(2, ((InMemoryStateStore)Store).Count);
    }

    protected override ValueTask<IStateStore> OpenAsync() => ValueTask.FromResult<IStateStore>(new InMemoryStateStore(Time));
}
