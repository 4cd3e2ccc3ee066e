namespace EmbeddedDapr.PubSub;

/// <summary>Events that a stream's client has not answered yet, by id. Publishers choose ids, so one id may be in flight more than once: answers are taken in order. Thread safe.</summary>
internal sealed class PendingAnswers
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedList<TaskCompletionSource<StreamAnswer>>> _waiting = new(StringComparer.Ordinal);

    /// <summary>Waits for the answer of an event that is about to be shown.</summary>
    public TaskCompletionSource<StreamAnswer> Add(string id)
    {
        var answer = new TaskCompletionSource<StreamAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (!_waiting.TryGetValue(id, out var waiting))
            {
                _waiting[id] = waiting = [];
            }

            waiting.AddLast(answer);
        }

        return answer;
    }

    /// <summary>No longer waits: a later answer is one for nothing.</summary>
    public void Remove(string id, TaskCompletionSource<StreamAnswer> answer)
    {
        lock (_lock)
        {
            if (_waiting.TryGetValue(id, out var waiting) && waiting.Remove(answer) && waiting.Count == 0)
            {
                _waiting.Remove(id);
            }
        }
    }

    /// <summary>An answer has come; false: nothing with that id waits for one (recorded: grpc-pubsub-stream-unknown-id).</summary>
    public bool Take(string id, StreamAnswer answer)
    {
        TaskCompletionSource<StreamAnswer> first;
        lock (_lock)
        {
            if (!_waiting.TryGetValue(id, out var waiting))
            {
                return false;
            }

            first = waiting.First!.Value;
            waiting.RemoveFirst();
            if (waiting.Count == 0)
            {
                _waiting.Remove(id);
            }
        }

        return first.TrySetResult(answer);
    }
}
