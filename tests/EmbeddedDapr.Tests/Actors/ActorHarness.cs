using System.Threading.Channels;
using EmbeddedDapr.Actors;
using EmbeddedDapr.Apps;
using EmbeddedDapr.Components;
using EmbeddedDapr.Runtime;
using EmbeddedDapr.State;
using EmbeddedDapr.Tests.Fakes;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace EmbeddedDapr.Tests.Actors;

/// <summary>An app that is a function, its sidecar with a reminder store that outlives it, and a clock that only the test moves.</summary>
internal sealed class ActorHarness : IAsyncDisposable
{
    private readonly Channel<string> _calls = Channel.CreateBounded<string>(100_000);

    public ActorHarness(FakeTimeProvider? time = null, FakeReminderStore? reminders = null, ActorRuntimeOptions? options = null)
    {
        Time = time ?? new FakeTimeProvider(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
        Reminders = reminders ?? new FakeReminderStore();
        Runtime = new ActorRuntime(options ?? new ActorRuntimeOptions(), Time, NullLoggerFactory.Instance);
        Sidecar = NewSidecar("app");
    }

    public FakeTimeProvider Time { get; }

    public FakeReminderStore Reminders { get; }

    public ActorRuntime Runtime { get; }

    public Sidecar Sidecar { get; }

    public ActorApi Actors => Sidecar.Actors;

    /// <summary>What the app answers; gets the request's path.</summary>
    public Func<AppRequest, CancellationToken, ValueTask<int>> Answer { get; set; } = static (_, _) => ValueTask.FromResult(200);

    public Sidecar NewSidecar(string appId, bool disabled = false) => new()
    {
        Options = new SidecarOptions { AppId = appId, ActorsDisabled = disabled },
        App = new App(this),
        Components = new SidecarComponents
        {
            StateStores = new Dictionary<string, Loaded<IStateStore>>
            {
                ["store"] = new(
                    new ComponentSpec { Name = "store", Type = "state.fake", Metadata = new ComponentMetadata([new("actorStateStore", "true")]) },
                    new FakeActorStore(new FakeStateStore(Time), Reminders)),
            },
        },
        Time = Time,
        Loggers = NullLoggerFactory.Instance,
        ActorRuntime = Runtime,
    };

    public ActorHarness Host(params string[] types)
    {
        Actors.Host(new ActorConfiguration { Types = types.ToDictionary(type => type, _ => ActorTypeOptions.Default) });
        return this;
    }

    /// <summary>Method and path of the app's next call.</summary>
    public async Task<string> NextCallAsync()
    {
        try
        {
            return await _calls.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"The app was not called. Reminders: {Reminders.Count} stored; {Actors.DescribeReminders()}");
        }
    }

    public bool IsQuiet => _calls.Reader.Count == 0;

    public ValueTask<ApiError?> RemindAsync(string id, string json) => Actors.CreateReminderAsync("T", id, "r", System.Text.Encoding.UTF8.GetBytes(json), TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Actors.DisposeAsync();
        await Runtime.DisposeAsync();
    }

    private sealed class App(ActorHarness harness) : IAppChannel
    {
        public Task WaitUntilListeningAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public async ValueTask<AppResponse> SendAsync(AppRequest request, CancellationToken cancellationToken)
        {
            Assert.True(harness._calls.Writer.TryWrite($"{request.Method} {request.Path}"));
            return new AppResponse { Status = await harness.Answer(request, cancellationToken), Body = request.Body };
        }

        public ValueTask DisposeAsync() => default;
    }
}

/// <summary>Reminders in a list.</summary>
internal sealed class FakeReminderStore : IReminderStore
{
    private readonly Dictionary<(string, string, string), ReminderRecord> _records = [];

    public int PagesRead { get; private set; }

    /// <summary>Awaited by every page before it is read.</summary>
    public Task PageGate { get; set; } = Task.CompletedTask;

    public int Count
    {
        get
        {
            lock (_records)
            {
                return _records.Count;
            }
        }
    }

    public IReadOnlyList<ReminderRecord> All
    {
        get
        {
            lock (_records)
            {
                return [.. _records.Values];
            }
        }
    }

    public ValueTask<bool> PutAsync(ReminderRecord reminder, bool overwrite, CancellationToken cancellationToken)
    {
        lock (_records)
        {
            var key = (reminder.ActorType, reminder.ActorId, reminder.Name);
            if (!overwrite && _records.ContainsKey(key))
            {
                return new(false);
            }

            _records[key] = reminder;
            return new(true);
        }
    }

    public ValueTask<ReminderRecord?> GetAsync(string actorType, string actorId, string name, CancellationToken cancellationToken)
    {
        lock (_records)
        {
            return new(_records.GetValueOrDefault((actorType, actorId, name)));
        }
    }

    public ValueTask DeleteAsync(string actorType, string actorId, string name, CancellationToken cancellationToken)
    {
        lock (_records)
        {
            _records.Remove((actorType, actorId, name));
            return default;
        }
    }

    public ValueTask AdvanceAsync(ReminderRecord fired, ReminderRecord? next, CancellationToken cancellationToken)
    {
        lock (_records)
        {
            var key = (fired.ActorType, fired.ActorId, fired.Name);
            if (_records.TryGetValue(key, out var stored) && stored.Version == fired.Version)
            {
                if (next is null)
                {
                    _records.Remove(key);
                }
                else
                {
                    _records[key] = next;
                }
            }

            return default;
        }
    }

    public async ValueTask<IReadOnlyList<ReminderRecord>> DueAsync(
        IReadOnlyCollection<string> actorTypes,
        DateTimeOffset before,
        int limit,
        CancellationToken cancellationToken)
    {
        IReadOnlyList<ReminderRecord> page;
        lock (_records)
        {
            PagesRead++;
            page = [.. _records.Values.Where(record => actorTypes.Contains(record.ActorType) && record.NextDue < before).OrderBy(record => record.NextDue).Take(limit)];
        }

        // The page is what the store held when it was asked; it arrives later.
        await PageGate.WaitAsync(cancellationToken);
        return page;
    }

    public ValueTask<DateTimeOffset?> NextDueAsync(IReadOnlyCollection<string> actorTypes, DateTimeOffset from, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<IReadOnlyList<ReminderRecord>> ListAsync(string actorType, string? actorId, int limit, CancellationToken cancellationToken)
    {
        lock (_records)
        {
            return new([.. _records.Values.Where(record => record.ActorType == actorType && (actorId is null || record.ActorId == actorId)).OrderBy(record => record.Name).Take(limit)]);
        }
    }

    public ValueTask DeleteAllAsync(string actorType, string? actorId, CancellationToken cancellationToken)
    {
        lock (_records)
        {
            foreach (var key in _records.Keys.Where(key => key.Item1 == actorType && (actorId is null || key.Item2 == actorId)).ToList())
            {
                _records.Remove(key);
            }

            return default;
        }
    }
}
