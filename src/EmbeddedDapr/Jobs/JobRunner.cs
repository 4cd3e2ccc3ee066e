using EmbeddedDapr.Actors;
using EmbeddedDapr.Runtime;
using Microsoft.Extensions.Logging;

namespace EmbeddedDapr.Jobs;

/// <summary>
/// Runs the jobs of one app from their store, where each is read again when its time has come. A run is: call the app, then write what follows from the answer; a crash in between
/// repeats it, nothing is ever early. One job never overlaps itself.
/// </summary>
internal sealed partial class JobRunner : IAsyncDisposable
{
    private static readonly TimeSpan ReadRetryPause = TimeSpan.FromSeconds(1);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, PendingJob> _jobs = new(StringComparer.Ordinal);
    private readonly Queue<PendingJob> _ready = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Sidecar _sidecar;
    private readonly IReminderStore _store;
    private readonly string _type;
    private readonly DueQueue<PendingJob> _due;
    private readonly ILogger _logger;
    private HashSet<string>? _changedWhileLoading = new(StringComparer.Ordinal);
    private int _working;
    private bool _stopped;

    public JobRunner(Sidecar sidecar, IReminderStore store, string type)
    {
        _sidecar = sidecar;
        _store = store;
        _type = type;
        _logger = sidecar.Loggers.CreateLogger<JobRunner>();
        _due = new DueQueue<PendingJob>(sidecar.Time, sidecar.ActorRuntime.Work, static job => job.State == PendingState.Waiting, OnDue);
    }

    /// <summary>Jobs in memory.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _jobs.Count;
            }
        }
    }

    /// <summary>Of those the ones that wait for their time, for tests.</summary>
    internal int Waiting => _due.Count;

    /// <summary>Takes up what the store has.</summary>
    public void Start()
    {
        lock (_gate)
        {
            _working++;
        }

        _ = LoadAsync();
    }

    /// <summary>A job was stored.</summary>
    public void Put(ReminderRecord record)
    {
        lock (_gate)
        {
            _changedWhileLoading?.Add(record.Name);
            if (_jobs.TryGetValue(record.Name, out var known) && known.Version == record.Version)
            {
                return;
            }

            Drop_NeedsLock(record.Name);
            Schedule_NeedsLock(new PendingJob(record.Name, record.Version), record.NextDue);
        }
    }

    /// <summary>A job was deleted.</summary>
    public void Remove(string name)
    {
        lock (_gate)
        {
            _changedWhileLoading?.Add(name);
            Drop_NeedsLock(name);
        }
    }

    /// <summary>Stops; runs under way are cancelled and left to be repeated.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_stopped)
            {
                return;
            }

            _stopped = true;
            if (_working == 0)
            {
                _idle.TrySetResult();
            }
        }

        _due.Dispose();
        await _stopping.CancelAsync();
        await _idle.Task;
        _stopping.Dispose();
    }

    private async Task LoadAsync()
    {
        try
        {
            while (true)
            {
                try
                {
                    var records = await _store.ListAsync(_type, string.Empty, int.MaxValue, _stopping.Token);
                    lock (_gate)
                    {
                        foreach (var record in records.Where(record => !_changedWhileLoading!.Contains(record.Name)))
                        {
                            Schedule_NeedsLock(new PendingJob(record.Name, record.Version), record.NextDue);
                        }

                        _changedWhileLoading = null;
                    }

                    break;
                }
                catch (Exception exception) when (exception is not OperationCanceledException)
                {
                    Log.NotRead(_logger, exception);
                    await Task.Delay(ReadRetryPause, _sidecar.Time, _stopping.Token);
                }
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Stopped.
        }

        EndWork();
    }

    private void Again(PendingJob job, DateTimeOffset due)
    {
        lock (_gate)
        {
            if (job.State == PendingState.Firing)
            {
                job.State = PendingState.Waiting;
                Arm_NeedsLock(job, due);
            }
        }
    }

    private void End(PendingJob job)
    {
        lock (_gate)
        {
            if (job.State == PendingState.Firing)
            {
                Drop_NeedsLock(job.Name);
            }
        }
    }

    private void Drop_NeedsLock(string name)
    {
        if (_jobs.Remove(name, out var job))
        {
            if (job.State == PendingState.Waiting)
            {
                _due.NoteDead();
            }

            job.State = PendingState.Dead;
        }
    }

    private void Schedule_NeedsLock(PendingJob job, DateTimeOffset due)
    {
        _jobs[job.Name] = job;
        Arm_NeedsLock(job, due);
    }

    private void Arm_NeedsLock(PendingJob job, DateTimeOffset due)
    {
        if (!_stopped)
        {
            _due.Add(job, due);
        }
    }

    private void EndWork()
    {
        lock (_gate)
        {
            _working--;
            if (_stopped && _working == 0)
            {
                _idle.TrySetResult();
            }
        }
    }

    /// <summary>A job in memory: its place in the order of time, nothing more.</summary>
    private sealed class PendingJob(string name, long version)
    {
        public string Name { get; } = name;

        public long Version { get; } = version;

        public PendingState State { get; set; }
    }
}
