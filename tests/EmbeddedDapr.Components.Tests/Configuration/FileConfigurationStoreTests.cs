using EmbeddedDapr.Components.Configuration;
using EmbeddedDapr.Components.Tests.Conformance;
using Microsoft.Extensions.Time.Testing;

namespace EmbeddedDapr.Components.Tests.Configuration;

public sealed class FileConfigurationStoreTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly FakeTimeProvider _time = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("settings.json", """{"a":"1||v1","nest":{"b":2,"list":[true,null,"x"]},"none":null,"empty":""}""")]
    [InlineData("settings.yaml", "a: 1||v1\nnest:\n  b: 2\n  list: [true, ~, x]\nnone:\nempty: ''\n")]
    public async Task Nested_members_become_keys(string name, string text)
    {
        await File.WriteAllTextAsync(_folder.File(name), text, TestContext.Current.CancellationToken);
        await using var store = FileConfigurationStore.Open(TestComponents.Spec("configuration.file", ("file", name)), TestComponents.Context(_time, _folder.Path));

        var all = await store.GetAsync([], CancellationToken.None);
        var some = await store.GetAsync(["nest:b", "nobody"], CancellationToken.None);

        Assert.Equal(
            [("a", "1", "v1"), ("nest:b", "2", ""), ("nest:list:0", "true", ""), ("nest:list:2", "x", "")],
            all.Select(pair => (pair.Key, pair.Value.Value, pair.Value.Version)).Order());
        Assert.Equal(["nest:b"], some.Keys);
    }

    [Fact]
    public async Task An_edit_is_told_key_by_key_and_a_broken_file_changes_nothing()
    {
        await Write("a: 1\nb: 2\n");
        await using var store = FileConfigurationStore.Open(TestComponents.Spec("configuration.file", ("file", "s.yaml")), TestComponents.Context(_time, _folder.Path));
        using var told = new SemaphoreSlim(0);
        List<string> keys = [];
        await using var watch = await store.WatchAsync(
            ["a", "c"],
            key =>
            {
                keys.Add(key);
                told.Release();
            },
            CancellationToken.None);

        await Write("a: 10\nb: 20\nc: 30\n");
        _time.Advance(TimeSpan.FromSeconds(1));
        await told.WaitAsync(TestContext.Current.CancellationToken);
        await told.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["a", "c"], keys.Order());

        await Write("a: [broken");
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("10", (await store.GetAsync(["a"], CancellationToken.None))["a"].Value);

        await Write("c: 30\nd: 4\n# longer\n");
        _time.Advance(TimeSpan.FromSeconds(1));
        await told.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal("a", keys[^1]);
        Assert.Empty(await store.GetAsync(["a"], CancellationToken.None));
    }

    [Fact]
    public async Task A_file_that_is_being_written_takes_nothing_back()
    {
        await Write("a: 1\n");
        var store = (FileConfigurationStore)FileConfigurationStore.Open(
            TestComponents.Spec("configuration.file", ("file", "s.yaml"), ("pollInterval", "1h")), TestComponents.Context(_time, _folder.Path));
        await using var closing = store;

        await Write("");
        Written(TimeSpan.FromMilliseconds(199));
        store.Look();
        Assert.Equal("1", (await store.GetAsync(["a"], CancellationToken.None))["a"].Value);

        Written(TimeSpan.FromMilliseconds(200));
        store.Look();
        Assert.Empty(await store.GetAsync(["a"], CancellationToken.None));

        void Written(TimeSpan ago) => File.SetLastWriteTimeUtc(_folder.File("s.yaml"), _time.GetUtcNow().UtcDateTime - ago);
    }

    [Fact]
    public void A_missing_file_is_an_error_of_the_component()
    {
        var failure = Assert.Throws<ComponentException>(() =>
            FileConfigurationStore.Open(TestComponents.Spec("configuration.file", ("file", "nobody.json")), TestComponents.Context(_time, _folder.Path)));

        Assert.Contains("nobody.json", failure.Message, StringComparison.Ordinal);
    }

    private Task Write(string text) => File.WriteAllTextAsync(_folder.File("s.yaml"), text, TestContext.Current.CancellationToken);
}
