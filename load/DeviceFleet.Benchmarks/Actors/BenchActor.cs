using System.Collections.Concurrent;
using Dapr.Actors;
using Dapr.Actors.Runtime;

namespace DeviceFleet.Benchmarks.Actors;

/// <summary>The actor that is called.</summary>
public interface IBenchActor : IActor
{
    /// <summary>No state.</summary>
    Task<int> Echo(int value);

    /// <summary>One state, saved at the end of the turn.</summary>
    Task<int> Save(int value);

    /// <summary>What was saved; the argument counts for nothing.</summary>
    Task<int> Read(int unused);
}

/// <summary>State managers of an app in process.</summary>
internal sealed record StateManagers(Func<ActorHost, IActorStateManager> Create);

/// <summary>Counts reminder ticks, and on request how late each is.</summary>
internal sealed class Ticks
{
    private readonly ConcurrentBag<double> _late = [];
    private Func<string, DateTimeOffset>? _firstDue;
    private TimeSpan _period;
    private int _left;

    private TaskCompletionSource _done = new();

    public Task Expect(int ticks)
    {
        _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _left, ticks);
        return _done.Task;
    }

    /// <summary>Completes after so many ticks with the lateness of each in milliseconds, sorted.</summary>
    public async Task<double[]> Measure(int ticks, Func<string, DateTimeOffset> firstDue, TimeSpan period)
    {
        (_firstDue, _period) = (firstDue, period);
        await Expect(ticks);
        return [.. _late.Order()];
    }

    public void Add(string reminder)
    {
        if (_firstDue is not null)
        {
            // A tick is never early, so the remainder is how late it is, as long as that is less than a period.
            _late.Add((TimeProvider.System.GetUtcNow() - _firstDue(reminder)).TotalMilliseconds % _period.TotalMilliseconds);
        }

        if (Interlocked.Decrement(ref _left) == 0)
        {
            _done.TrySetResult();
        }
    }
}

internal sealed class BenchActor : Actor, IBenchActor, IRemindable
{
    private readonly Ticks _ticks;

    public BenchActor(ActorHost host, Ticks ticks, IServiceProvider services)
        : base(host)
    {
        _ticks = ticks;
        if (services.GetService<StateManagers>() is { } managers)
        {
            StateManager = managers.Create(host);
        }
    }

    public Task<int> Echo(int value) => Task.FromResult(value);

    public async Task<int> Save(int value)
    {
        await StateManager.SetStateAsync("state", new BenchState(value, new string('x', 250)));
        return value;
    }

    public async Task<int> Read(int unused)
    {
        var found = await StateManager.TryGetStateAsync<BenchState>("state");
        return found.HasValue ? found.Value.Value : -1;
    }

    public Task ReceiveReminderAsync(string reminderName, byte[] state, TimeSpan dueTime, TimeSpan period)
    {
        _ticks.Add(reminderName);
        return Task.CompletedTask;
    }

    private sealed record BenchState(int Value, string Text);
}
