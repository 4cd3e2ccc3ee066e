using System.Collections.Concurrent;
using EmbeddedDapr.Workflows.Dispatch;
using EmbeddedDapr.Workflows.Storage;
using Microsoft.Extensions.Logging;

namespace EmbeddedDapr.Workflows;

/// <summary>
/// The workflows of one app (workflow contract, section 4): each change is stored first, and only then acted on, so a crash at any point loses nothing that anybody was told.
/// Activities may run more than once, their results count once. Thread safe.
/// </summary>
internal sealed partial class WorkflowEngine : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, ResidentSlot> _resident = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<ResidentWorkflow> _idle = new();
    private readonly DueQueue<Action> _later;
    private readonly ILogger _logger;
    private readonly Random _jitter;
    private readonly long _bodyBytesMax;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _sequence;
    private long _stamp;
    private int _running = 1;

    private WorkflowEngine(string appId, IWorkflowStore store, WorkflowEngineOptions options, long bodyBytesMax, TimeProvider time, ILoggerFactory loggers)
    {
        AppId = appId;
        Store = store;
        Options = options;
        Time = time;
        _bodyBytesMax = bodyBytesMax;
        _logger = loggers.CreateLogger<WorkflowEngine>();
        _jitter = new Random();
        _later = new DueQueue<Action>(time, WorkQueue.ThreadPool, static _ => true, static due =>
        {
            foreach (var action in due)
            {
                action();
            }
        });
        Timers = new TimerBook(this);
        Dispatcher = new WorkDispatcher(options, time);
        Metrics = new WorkflowMetrics(appId);
        Metrics.Observe(this);
    }

    public string AppId { get; }

    public IWorkflowStore Store { get; }

    public WorkflowEngineOptions Options { get; }

    public TimeProvider Time { get; }

    public WorkDispatcher Dispatcher { get; }

    public TimerBook Timers { get; }

    public WorkflowMetrics Metrics { get; }

    public WorkflowWaiters Waiters { get; } = new();

    public bool IsStopped => _stopping.IsCancellationRequested;

    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Instances in memory.</summary>
    public int ResidentCount => _resident.Count;

    /// <summary>Bytes that a work item of a turn may have.</summary>
    public long TurnBytesMax => _bodyBytesMax <= 0 ? int.MaxValue : (long)(_bodyBytesMax * Options.PayloadShare);

    /// <summary>Reads what an earlier process has left, and goes on with it.</summary>
    public static async Task<WorkflowEngine> StartAsync(
        string appId,
        IWorkflowStore store,
        WorkflowEngineOptions options,
        long bodyBytesMax,
        TimeProvider time,
        ILoggerFactory loggers,
        CancellationToken cancellationToken)
    {
        var engine = new WorkflowEngine(appId, store, options, bodyBytesMax, time, loggers);

        // Numbers go up over restarts, even if what had the highest one has been removed: they begin at the clock.
        engine._sequence = Math.Max(time.GetUtcNow().UtcTicks, await store.LastSequenceAsync(cancellationToken) + 1);
        await engine.Timers.FillAsync(cancellationToken);
        foreach (var id in await store.PendingAsync(cancellationToken))
        {
            await engine.FindAsync(id);
        }

        return engine;
    }

    public long NextSequence() => Interlocked.Increment(ref _sequence);

    /// <summary>Now, later than every time given before.</summary>
    public DateTimeOffset Stamp()
    {
        while (true)
        {
            var last = Volatile.Read(ref _stamp);
            var next = Math.Max(Time.GetUtcNow().UtcTicks, last + 1);
            if (Interlocked.CompareExchange(ref _stamp, next, last) == last)
            {
                return new DateTimeOffset(next, TimeSpan.Zero);
            }
        }
    }

    /// <summary>The instance in memory, read if it is not there; null: unknown.</summary>
    public async ValueTask<ResidentWorkflow?> FindAsync(string instanceId)
    {
        var slot = _resident.GetOrAdd(instanceId, static _ => new ResidentSlot());
        if (!slot.TryClaim())
        {
            return slot.Value ?? await slot.Reading;
        }

        try
        {
            var snapshot = await Store.LoadAsync(instanceId, CancellationToken.None);
            if (snapshot is null)
            {
                _resident.TryRemove(KeyValuePair.Create(instanceId, slot));
                slot.Set(null);
                return null;
            }

            var resident = new ResidentWorkflow(this, snapshot);
            slot.Set(resident);
            Waiters.Notify(snapshot.Row); // another process may have brought it there
            Begin(resident, snapshot.Tasks);
            return resident;
        }
        catch (Exception failure)
        {
            _resident.TryRemove(KeyValuePair.Create(instanceId, slot));
            slot.Fail(failure);
            throw;
        }
    }

    /// <summary>Runs something that nobody awaits; the engine waits for it when it stops. It handles its own failures.</summary>
    public void Run(Func<Task> work)
    {
        Interlocked.Increment(ref _running);
        WorkQueue.ThreadPool.Start(static state => _ = state.Engine.RunAsync(state.Work), (Engine: this, Work: work));
    }

    /// <summary>Does something after a pause that grows with the number of failures.</summary>
    public void Later(Action action, int failures)
    {
        double share;
        lock (_jitter)
        {
            share = 0.5 + (_jitter.NextDouble() / 2);
        }

        var pause = Math.Min(Options.RedeliveryMax.TotalMilliseconds, Options.RedeliveryMin.TotalMilliseconds * Math.Pow(2, Math.Min(failures, 16)));
        _later.Add(action, Time.GetUtcNow() + TimeSpan.FromMilliseconds(pause * share));
    }

    /// <summary>Does something after a while.</summary>
    public void After(TimeSpan pause, Action action) => _later.Add(action, Time.GetUtcNow() + pause);

    /// <summary>Ends the workers' streams in order. Answers under way are still taken.</summary>
    public void StopDispatch() => Dispatcher.Stop();

    /// <summary>Waits for what is being stored.</summary>
    public async ValueTask DisposeAsync()
    {
        if (IsStopped)
        {
            return;
        }

        Dispatcher.Stop();
        await _stopping.CancelAsync();
        _later.Dispose();
        Timers.Dispose();
        Waiters.Stop();
        Metrics.Dispose();
        Ended();
        await _drained.Task;
        _stopping.Dispose();
    }

    private async Task RunAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception failure)
        {
            if (!IsStopped)
            {
                Log.Unexpected(_logger, failure);
            }
        }
        finally
        {
            Ended();
        }
    }

    private void Ended()
    {
        if (Interlocked.Decrement(ref _running) == 0)
        {
            _drained.TrySetResult();
        }
    }

    private void Begin(ResidentWorkflow resident, IReadOnlyList<int> tasks)
    {
        foreach (var activity in resident.Activities(tasks))
        {
            Dispatcher.Enqueue(activity);
        }

        resident.Signal();
        KeepIdle(resident);
    }

    private static partial class Log
    {
        [LoggerMessage(1700, LogLevel.Error, "A workflow operation failed unexpectedly")]
        public static partial void Unexpected(ILogger logger, Exception failure);

        [LoggerMessage(1701, LogLevel.Error, "Workflow {InstanceId}: a turn could not be stored")]
        public static partial void CommitFailed(ILogger logger, string instanceId, Exception failure);

        [LoggerMessage(1702, LogLevel.Warning, "Workflow {InstanceId}: the worker's answer cannot be carried out: {Why}")]
        public static partial void Rejected(ILogger logger, string instanceId, string why);

        [LoggerMessage(1703, LogLevel.Warning, "Workflow {InstanceId} is stalled: {Why}")]
        public static partial void Stalled(ILogger logger, string instanceId, string why);

        [LoggerMessage(1704, LogLevel.Error, "The result of activity {TaskId} of workflow {InstanceId} could not be stored; it will be run again")]
        public static partial void ResultLost(ILogger logger, int taskId, string instanceId, Exception failure);
    }

    /// <summary>Where an instance is in memory, or is being read into it.</summary>
    private sealed class ResidentSlot
    {
        private readonly TaskCompletionSource<ResidentWorkflow?> _reading = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _isClaimed;

        public ResidentSlot()
        {
        }

        public ResidentSlot(ResidentWorkflow value)
        {
            _isClaimed = 1;
            Set(value);
        }

        /// <summary>Null: unknown, or still being read.</summary>
        public ResidentWorkflow? Value { get; private set; }

        public Task<ResidentWorkflow?> Reading => _reading.Task;

        public bool TryClaim() => Volatile.Read(ref _isClaimed) == 0 && Interlocked.Exchange(ref _isClaimed, 1) == 0;

        public void Set(ResidentWorkflow? value)
        {
            Value = value;
            _reading.TrySetResult(value);
        }

        public void Fail(Exception failure)
        {
            _reading.TrySetException(failure);
            _ = _reading.Task.Exception; // seen, whether or not anybody waits
        }
    }
}
