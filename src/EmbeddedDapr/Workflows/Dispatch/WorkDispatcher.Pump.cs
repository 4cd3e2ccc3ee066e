using System.Diagnostics.CodeAnalysis;

namespace EmbeddedDapr.Workflows.Dispatch;

/// <content>Matching work with workers.</content>
internal sealed partial class WorkDispatcher
{
    /// <summary>Called after everything that may let work go out, so that nothing waits for a clock.</summary>
    public void Pump()
    {
        while (TryPick(out var work, out var stream))
        {
            var frame = work.Begin(work.Token);
            if (frame is not null)
            {
                stream.Send(frame);
                continue;
            }

            lock (_gate)
            {
                if (stream.Out.Contains(work))
                {
                    Release_NeedsLock(work);
                    if (work is not ActivityWork)
                    {
                        _turnsBusy--;
                    }
                }
            }
        }
    }

    private bool TryPick([NotNullWhen(true)] out Work? work, [NotNullWhen(true)] out WorkerStream? stream)
    {
        lock (_gate)
        {
            // Turns and activities take turns, so that neither starves the other.
            _activityNext = !_activityNext;
            if (_activityNext ? TryPickActivity_NeedsLock(out work, out stream) || TryPickTurn_NeedsLock(out work, out stream) : TryPickTurn_NeedsLock(out work, out stream) || TryPickActivity_NeedsLock(out work, out stream))
            {
                work!.Stream = stream;
                stream!.Out.Add(work);
                return true;
            }

            return false;
        }
    }

    private bool TryPickTurn_NeedsLock(out Work? work, out WorkerStream? stream)
    {
        work = null;
        stream = null;
        if (_stopped || _turns.First is not { } first || _turnsBusy >= options.TurnsMax || Roomiest_NeedsLock(forActivity: false) is not { } found)
        {
            return false;
        }

        _turns.RemoveFirst();
        _turnsBusy++;
        work = first.Value;
        stream = found;
        work.Token = Guid.NewGuid().ToString();
        _turnsOut[work.InstanceId] = work;
        return true;
    }

    private bool TryPickActivity_NeedsLock(out Work? work, out WorkerStream? stream)
    {
        work = null;
        stream = null;
        if (_stopped || _activities.Count == 0 || _byToken.Count >= options.ActivitiesMax || Roomiest_NeedsLock(forActivity: true) is not { } found)
        {
            return false;
        }

        for (var node = _activities.First; node is not null; node = node.Next)
        {
            var activity = (ActivityWork)node.Value;
            var key = (activity.InstanceId, activity.TaskId);
            if (_byTask.TryGetValue(key, out var others) && others.Exists(one => !one.Stream!.EchoesTokens))
            {
                // an answer without token could not be told from that of the older generation.
                continue;
            }

            _activities.Remove(node);
            work = activity;
            stream = found;
            activity.BeganAt = time.GetUtcNow();
            found.ActivitiesOut++;
            activity.Stream = found;
            activity.Token = Guid.NewGuid().ToString();
            _byToken.Add(activity.Token, activity);
            (others ?? (_byTask[key] = [])).Add(activity);
            return true;
        }

        return false;
    }

    private WorkerStream? Roomiest_NeedsLock(bool forActivity)
    {
        WorkerStream? best = null;
        foreach (var stream in _streams)
        {
            if (stream.HasRoom(forActivity) && (best is null || stream.Out.Count < best.Out.Count))
            {
                best = stream;
            }
        }

        return best;
    }

    private void Release_NeedsLock(Work work)
    {
        var stream = work.Stream!;
        stream.Out.Remove(work);
        if (work is ActivityWork activity)
        {
            stream.ActivitiesOut--;
            _byToken.Remove(activity.Token);
            var key = (activity.InstanceId, activity.TaskId);
            if (_byTask.TryGetValue(key, out var list) && list.Remove(activity) && list.Count == 0)
            {
                _byTask.Remove(key);
            }
        }
        else if (_turnsOut.TryGetValue(work.InstanceId, out var known) && known == work)
        {
            _turnsOut.Remove(work.InstanceId);
        }

        work.Stream = null;
    }
}
