using EmbeddedDapr.Configuration.Stores;
using Microsoft.Extensions.Logging;

namespace EmbeddedDapr.Components.Configuration;

/// <summary>
/// <c>configuration.file</c>, a type of this runtime alone: settings from a JSON or YAML file that is looked at again and again, so that an edit reaches subscribers. Metadata:
/// <c>file</c> (its name says <c>.json</c>, else it is YAML), <c>nestedSeparator</c> (<c>:</c>), <c>pollInterval</c> (1 s). A file that cannot be read, or is being written, leaves the last settings in place.
/// </summary>
internal sealed partial class FileConfigurationStore : IConfigurationStore
{
    private const int FileBytesMax = 16 * 1024 * 1024;

    /// <summary>
    /// How long a file has to have been left alone before it is read. Who writes one empties it first: read in that moment it would take every setting back.
    /// </summary>
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(200);

    /// <summary>How far the file system's clock may be ahead of ours.</summary>
    private static readonly TimeSpan ClockDifferenceMax = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private readonly string _path;
    private readonly string _separator;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly List<Watch> _watches = [];
    private readonly PeriodicTimer _timer;
    private readonly Task _polling;
    private Dictionary<string, ConfigurationItem> _items = [];
    private (DateTime Written, long Length) _seen;

    private FileConfigurationStore(string path, string separator, TimeSpan interval, TimeProvider time, ILogger logger)
    {
        _path = path;
        _separator = separator;
        _time = time;
        _logger = logger;
        Read();
        _timer = new PeriodicTimer(interval, time);
        _polling = PollAsync();
    }

    /// <exception cref="ComponentException">No file is named, it cannot be read, or it holds no mapping.</exception>
    public static IConfigurationStore Open(ComponentSpec spec, ComponentContext context)
    {
        var path = Path.Combine(context.BaseDirectory, spec.Metadata.RequiredText("file"));
        var interval = spec.Metadata.Duration("pollInterval", TimeSpan.FromSeconds(1));
        if (interval <= TimeSpan.Zero)
        {
            throw new ComponentException("metadata property 'pollInterval' must be positive");
        }

        try
        {
            return new FileConfigurationStore(
                path, spec.Metadata.Text("nestedSeparator") ?? ":", interval, context.Time, context.Loggers.CreateLogger<FileConfigurationStore>());
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new ComponentException($"settings file {path} cannot be read: {exception.Message}", exception);
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyDictionary<string, ConfigurationItem>> GetAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        // Replaced as a whole, never changed.
        var items = Volatile.Read(ref _items);
        if (keys.Count == 0)
        {
            return ValueTask.FromResult<IReadOnlyDictionary<string, ConfigurationItem>>(items);
        }

        var found = new Dictionary<string, ConfigurationItem>(StringComparer.Ordinal);
        foreach (var key in keys)
        {
            if (items.TryGetValue(key, out var item))
            {
                found[key] = item;
            }
        }

        return ValueTask.FromResult<IReadOnlyDictionary<string, ConfigurationItem>>(found);
    }

    /// <inheritdoc/>
    public ValueTask<IAsyncDisposable> WatchAsync(IReadOnlyList<string> keys, Action<string> changed, CancellationToken cancellationToken)
    {
        var watch = new Watch(this, [.. keys], changed);
        lock (_gate)
        {
            _watches.Add(watch);
        }

        return ValueTask.FromResult<IAsyncDisposable>(watch);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _polling;
    }

    private async Task PollAsync()
    {
        string? fault = null;
        while (await _timer.WaitForNextTickAsync(CancellationToken.None))
        {
            try
            {
                Look();
                fault = null;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException)
            {
                if (exception.Message != fault)
                {
                    fault = exception.Message;
                    Log.Unreadable(_logger, exception, _path);
                }
            }
        }
    }

    /// <summary>Reads the file if it changed, and nobody is writing it just now.</summary>
    internal void Look()
    {
        var age = _time.GetUtcNow().UtcDateTime - File.GetLastWriteTimeUtc(_path);
        if (age >= Settling || age < -ClockDifferenceMax)
        {
            Read();
        }
    }

    private void Read()
    {
        var file = new FileInfo(_path);
        if (file.Exists && (file.LastWriteTimeUtc, file.Length) == _seen)
        {
            return;
        }

        // A file that is replaced may be missing for a moment; that is no reason to forget everything.
        var length = file.Length;
        if (length > FileBytesMax)
        {
            throw new FormatException($"it has {length} bytes, at most {FileBytesMax} are read");
        }

        // Remembered before it is read: what is written meanwhile is seen at the next look, and a faulty file is told once.
        _seen = (file.LastWriteTimeUtc, length);
        Replace(ConfigurationFile.Parse(File.ReadAllText(_path), _path.EndsWith(".json", StringComparison.OrdinalIgnoreCase), _separator));
    }

    private void Replace(Dictionary<string, ConfigurationItem> items)
    {
        var before = _items;
        Volatile.Write(ref _items, items);
        var changed = before.Keys.Union(items.Keys, StringComparer.Ordinal).Where(key => before.GetValueOrDefault(key) != items.GetValueOrDefault(key)).ToList();
        Watch[] watches;
        lock (_gate)
        {
            watches = [.. _watches];
        }

        foreach (var watch in watches)
        {
            foreach (var key in changed.Where(watch.Wants))
            {
                watch.Changed(key);
            }
        }
    }

    private sealed class Watch(FileConfigurationStore store, HashSet<string> keys, Action<string> changed) : IAsyncDisposable
    {
        public Action<string> Changed => changed;

        public bool Wants(string key) => keys.Count == 0 || keys.Contains(key);

        public ValueTask DisposeAsync()
        {
            lock (store._gate)
            {
                store._watches.Remove(this);
            }

            return ValueTask.CompletedTask;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4210, LogLevel.Warning, "Settings file {Path} cannot be read; the last settings stay")]
        public static partial void Unreadable(ILogger logger, Exception exception, string path);
    }
}
