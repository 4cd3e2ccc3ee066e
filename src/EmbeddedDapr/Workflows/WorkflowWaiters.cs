using EmbeddedDapr.Workflows.Storage;

namespace EmbeddedDapr.Workflows;

/// <summary>Callers that wait for an instance to reach a state. Thread safe.</summary>
internal sealed class WorkflowWaiters
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<Waiter>> _waiting = new(StringComparer.Ordinal);
    private bool _stopped;

    /// <summary>Begins to wait; <see cref="Waiter.Dispose"/> ends it. Begin before looking at the present state.</summary>
    public Waiter Add(string instanceId, Func<WorkflowRow, bool> isReached)
    {
        var waiter = new Waiter(this, instanceId, isReached);
        lock (_gate)
        {
            if (_stopped)
            {
                waiter.Source.TrySetCanceled();
                return waiter;
            }

            if (!_waiting.TryGetValue(instanceId, out var list))
            {
                _waiting.Add(instanceId, list = []);
            }

            list.Add(waiter);
        }

        return waiter;
    }

    /// <summary>A new state is stored.</summary>
    public void Notify(WorkflowRow row)
    {
        Waiter[] waiters;
        lock (_gate)
        {
            if (!_waiting.TryGetValue(row.Id, out var list))
            {
                return;
            }

            waiters = [.. list];
        }

        foreach (var waiter in waiters)
        {
            if (waiter.IsReached(row))
            {
                waiter.Source.TrySetResult(row);
            }
        }
    }

    /// <summary>Nobody waits any longer.</summary>
    public void Stop()
    {
        Waiter[] waiters;
        lock (_gate)
        {
            _stopped = true;
            waiters = [.. _waiting.Values.SelectMany(list => list)];
        }

        foreach (var waiter in waiters)
        {
            waiter.Source.TrySetCanceled();
        }
    }

    internal sealed class Waiter(WorkflowWaiters owner, string instanceId, Func<WorkflowRow, bool> isReached) : IDisposable
    {
        public Func<WorkflowRow, bool> IsReached { get; } = isReached;

        public TaskCompletionSource<WorkflowRow> Source { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Dispose()
        {
            lock (owner._gate)
            {
                if (owner._waiting.TryGetValue(instanceId, out var list) && list.Remove(this) && list.Count == 0)
                {
                    owner._waiting.Remove(instanceId);
                }
            }
        }
    }
}
