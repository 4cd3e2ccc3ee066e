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
}

/// <summary>State managers of an app in process.</summary>
internal sealed record StateManagers(Func<ActorHost, IActorStateManager> Create);

/// <summary>Counts reminder ticks.</summary>
internal sealed class Ticks
{
    private int _left;

    private TaskCompletionSource _done = new();

    public Task Expect(int ticks)
    {
        _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _left, ticks);
        return _done.Task;
    }

    public void Add()
    {
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

    public Task ReceiveReminderAsync(string reminderName, byte[] state, TimeSpan dueTime, TimeSpan period)
    {
        _ticks.Add();
        return Task.CompletedTask;
    }

    private sealed record BenchState(int Value, string Text);
}
