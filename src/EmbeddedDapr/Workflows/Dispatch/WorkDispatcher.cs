using TaskHub.Protocol;

namespace EmbeddedDapr.Workflows.Dispatch;

/// <summary>
/// Hands work to connected workers: first come, first served, turns and activities in turn, to the worker with the fewest unanswered items. Nothing is polled. Thread safe;
/// work is begun and told of its loss outside the lock.
/// </summary>
internal sealed partial class WorkDispatcher(WorkflowEngineOptions options, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Work> _turns = new();
    private readonly LinkedList<Work> _activities = new();
    private readonly List<WorkerStream> _streams = [];
    private readonly Dictionary<string, Work> _turnsOut = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ActivityWork> _byToken = new(StringComparer.Ordinal);
    private readonly Dictionary<(string InstanceId, int TaskId), List<ActivityWork>> _byTask = [];
    private int _turnsBusy;
    private bool _activityNext;
    private bool _stopped;

    /// <summary>Connected workers.</summary>
    public int StreamCount
    {
        get
        {
            lock (_gate)
            {
                return _streams.Count;
            }
        }
    }

    /// <summary>Turns and activities that wait for a worker, and since when the oldest of them.</summary>
    public (int Turns, int Activities, DateTimeOffset? OldestSince) Waiting()
    {
        lock (_gate)
        {
            var first = _turns.First?.Value.ReadyAt;
            var other = _activities.First?.Value.ReadyAt;
            return (_turns.Count, _activities.Count, first is null || other < first ? other ?? first : first);
        }
    }

    /// <summary>Instances among the waiting work that have waited since before a time.</summary>
    public IReadOnlySet<string> WaitingSince(DateTimeOffset before)
    {
        lock (_gate)
        {
            return _turns.Concat(_activities).Where(work => work.ReadyAt < before).Select(work => work.InstanceId).ToHashSet(StringComparer.Ordinal);
        }
    }

    public WorkerStream Connect()
    {
        var stream = new WorkerStream(options);
        lock (_gate)
        {
            if (_stopped)
            {
                stream.Complete();
                return stream;
            }

            _streams.Add(stream);
        }

        Pump();
        return stream;
    }

    /// <summary>A worker has gone: what it has not answered is lost.</summary>
    public void Disconnect(WorkerStream stream)
    {
        Work[] lost;
        lock (_gate)
        {
            _streams.Remove(stream);
            lost = [.. stream.Out];
            foreach (var work in lost)
            {
                Release_NeedsLock(work);
                if (work is not ActivityWork)
                {
                    _turnsBusy--;
                }
            }
        }

        stream.Complete();
        foreach (var work in lost)
        {
            work.Losses++;
            work.Lost();
        }

        Pump(); // tasks may have been held back behind what is lost now
    }

    /// <summary>Ends all streams in order, and hands out nothing any more.</summary>
    public void Stop()
    {
        WorkerStream[] streams;
        lock (_gate)
        {
            _stopped = true;
            streams = [.. _streams];
        }

        foreach (var stream in streams)
        {
            stream.Complete();
        }
    }

    public void Enqueue(Work work)
    {
        work.ReadyAt = time.GetUtcNow();
        lock (_gate)
        {
            (work is ActivityWork ? _activities : _turns).AddLast(work);
        }

        Pump();
    }

    /// <summary>A turn that was answered is over: committed, or given up.</summary>
    public void TurnEnded()
    {
        lock (_gate)
        {
            _turnsBusy--;
        }

        Pump();
    }

    /// <summary>The turn that an answer belongs to; null: nobody waits for it.</summary>
    public Work? AnswerTurn(string instanceId, string token)
    {
        Work? work;
        lock (_gate)
        {
            if (!_turnsOut.TryGetValue(instanceId, out work) || (token.Length > 0 && token != work.Token))
            {
                return null;
            }

            work.Stream!.EchoesTokens |= token.Length > 0;
            Release_NeedsLock(work);
        }

        return work;
    }

    /// <summary>The activity that an answer belongs to; null: nobody waits for it. Old SDKs leave out token and instance id (contract E-13).</summary>
    public ActivityWork? AnswerActivity(ActivityResponse response)
    {
        ActivityWork? work;
        lock (_gate)
        {
            if (response.CompletionToken.Length > 0)
            {
                if (!_byToken.TryGetValue(response.CompletionToken, out work) || work.TaskId != response.TaskId)
                {
                    return null;
                }

                work.Stream!.EchoesTokens = true;
            }
            else if (response.InstanceId.Length > 0)
            {
                work = _byTask.GetValueOrDefault((response.InstanceId, response.TaskId))?[0];
            }
            else
            {
                var candidates = _byToken.Values.Where(one => one.TaskId == response.TaskId).Take(2).ToArray();
                work = candidates.Length == 1 ? candidates[0] : null;
            }

            if (work is null)
            {
                return null;
            }

            Release_NeedsLock(work);
        }

        return work;
    }
}
