using EmbeddedDapr.Configuration.Stores;

namespace EmbeddedDapr.Tests.Fakes;

/// <summary>Settings in memory whose changes a test makes.</summary>
internal sealed class FakeConfigurationStore : IConfigurationStore
{
    private readonly List<(IReadOnlyList<string> Keys, Action<string> Changed)> _watches = [];

    public Dictionary<string, ConfigurationItem> Items { get; } = [];

    public int Watches => _watches.Count;

    public void Set(string key, string value)
    {
        Items[key] = new ConfigurationItem(value);
        _watches.Where(watch => watch.Keys.Count == 0 || watch.Keys.Contains(key)).ToList().ForEach(watch => watch.Changed(key));
    }

    public void Remove(string key)
    {
        Items.Remove(key);
        _watches.ToList().ForEach(watch => watch.Changed(key));
    }

    public ValueTask<IReadOnlyDictionary<string, ConfigurationItem>> GetAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyDictionary<string, ConfigurationItem>>(Items.Where(item => keys.Count == 0 || keys.Contains(item.Key)).ToDictionary());

    public ValueTask<IAsyncDisposable> WatchAsync(IReadOnlyList<string> keys, Action<string> changed, CancellationToken cancellationToken)
    {
        var watch = (keys, changed);
        _watches.Add(watch);
        return ValueTask.FromResult<IAsyncDisposable>(new Ending(() => _watches.Remove(watch)));
    }

    public ValueTask DisposeAsync() => default;

    private sealed class Ending(Action end) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            end();
            return default;
        }
    }
}
