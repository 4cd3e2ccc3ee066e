using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.Channels;
using Dapr.Actors;
using Dapr.Actors.Runtime;

namespace EmbeddedDapr.Server.Tests.Apps;

/// <summary>The actor that the app under test hosts, written with the official SDK only.</summary>
public interface ICounterActor : IActor
{
    Task<int> Add(int amount);

    Task<int> Get();

    Task AddThenFail(int amount);

    Task Hold(string gate);

    Task RemindIn(string spec);

    Task<string> ReminderPeriod(string name);

    Task Forget(string name);

    Task TimerIn(string spec);

    Task<int> Bounce(int depth);

    Task<string> StateRoundTrip();
}

/// <summary>What happened in the app, in order, and gates that actors wait at.</summary>
public sealed class AppEvents
{
    private readonly Channel<string> _events = Channel.CreateBounded<string>(10_000);
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _gates = new();

    public int RunningMax { get; private set; }

    public void Report(string what) => Assert.True(_events.Writer.TryWrite(what));

    public async Task<string> NextAsync()
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        return await _events.Reader.ReadAsync(timeout.Token);
    }

    public bool IsQuiet => _events.Reader.Count == 0;

    public TaskCompletionSource Gate(string name) => _gates.GetOrAdd(name, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));

    public void Running(int count)
    {
        lock (_gates)
        {
            RunningMax = Math.Max(RunningMax, count);
        }
    }
}

/// <summary>Makes state managers where the host has an own kind.</summary>
public sealed record StateManagers(Func<ActorHost, IActorStateManager> Create);

public sealed class CounterActor : Actor, ICounterActor, IRemindable
{
    private readonly AppEvents _events;
    private int _running;

    public CounterActor(ActorHost host, AppEvents events, IServiceProvider services)
        : base(host)
    {
        _events = events;
        if (services.GetService(typeof(StateManagers)) is StateManagers managers)
        {
            StateManager = managers.Create(host);
        }
    }

    public async Task<int> Add(int amount)
    {
        _events.Running(Interlocked.Increment(ref _running));
        await Task.Yield();
        var value = await StateManager.AddOrUpdateStateAsync("count", amount, (_, old) => old + amount);
        Interlocked.Decrement(ref _running);
        return value;
    }

    public async Task<int> Get() => await StateManager.GetOrAddStateAsync("count", 0);

    public async Task AddThenFail(int amount)
    {
        await Add(amount);
        throw new InvalidOperationException("failed on purpose");
    }

    public async Task Hold(string gate)
    {
        _events.Report($"holding {gate}");
        await _events.Gate(gate).Task;
    }

    public async Task RemindIn(string spec)
    {
        var parts = spec.Split(' ');
        await RegisterReminderAsync(parts[0], [1, 2, 3], Seconds(parts[1]), Seconds(parts[2]));
    }

    public async Task<string> ReminderPeriod(string name) => (await GetReminderAsync(name)).Period.ToString();

    public Task Forget(string name) => UnregisterReminderAsync(name);

    public Task TimerIn(string spec)
    {
        var parts = spec.Split(' ');
        return RegisterTimerAsync(parts[0], nameof(OnTimer), [4, 5], Seconds(parts[1]), Seconds(parts[2]));
    }

    public Task OnTimer(byte[] state)
    {
        _events.Report($"timer {Id} {state.Length}");
        return Task.CompletedTask;
    }

    public async Task<int> Bounce(int depth) => depth == 0
        ? 0
        : 1 + await ProxyFactory.Create(Id, Host.ActorTypeInfo.ActorTypeName).InvokeMethodAsync<int, int>(nameof(Bounce), depth - 1);

    public async Task<string> StateRoundTrip()
    {
        var log = new List<string>
        {
            (await StateManager.TryAddStateAsync("a", 1)).ToString(),
            (await StateManager.TryAddStateAsync("a", 2)).ToString(),
            (await StateManager.GetStateAsync<int>("a")).ToString(CultureInfo.InvariantCulture),
            (await StateManager.TryRemoveStateAsync("a")).ToString(),
            (await StateManager.ContainsStateAsync("a")).ToString(),
            (await StateManager.TryGetStateAsync<int>("a")).HasValue.ToString(),
        };
        await StateManager.SetStateAsync("b", "text");
        await SaveStateAsync();
        log.Add((await StateManager.TryRemoveStateAsync("b")).ToString());
        log.Add((await StateManager.TryRemoveStateAsync("b")).ToString());
        log.Add((await StateManager.TryAddStateAsync("b", "again")).ToString());
        await SaveStateAsync();
        await StateManager.ClearCacheAsync();
        log.Add(await StateManager.GetStateAsync<string>("b"));
        await StateManager.SetStateAsync("c", 1);
        await StateManager.ClearCacheAsync();
        log.Add((await StateManager.ContainsStateAsync("c")).ToString());
        log.Add(await Record.ExceptionAsync(() => StateManager.GetStateAsync<int>("c")) is KeyNotFoundException ? "missing" : "?");
        log.Add(await Record.ExceptionAsync(() => StateManager.AddStateAsync("b", "x")) is InvalidOperationException ? "exists" : "?");
        return string.Join(' ', log);
    }

    public Task ReceiveReminderAsync(string reminderName, byte[] state, TimeSpan dueTime, TimeSpan period)
    {
        _events.Report($"reminder {Id} {reminderName} {state.Length}");
        return reminderName.StartsWith("bad", StringComparison.Ordinal) ? throw new InvalidOperationException("no") : Task.CompletedTask;
    }

    protected override Task OnDeactivateAsync()
    {
        _events.Report($"deactivated {Id}");
        return Task.CompletedTask;
    }

    private static TimeSpan Seconds(string text) => TimeSpan.FromSeconds(double.Parse(text, CultureInfo.InvariantCulture));
}
