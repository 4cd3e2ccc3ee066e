using TaskHub.Protocol;
using ActionCase = TaskHub.Protocol.WorkflowAction.WorkflowActionTypeOneofCase;

namespace DeviceFleet.Workflows.Replay;

/// <summary>
/// What the code of one run has asked for: numbered, in the order of the code; confirmed by history; answered by results. Every step costs the same,
/// however long the history is.
/// </summary>
internal sealed class OperationLedger
{
    private readonly Dictionary<int, PendingAction> _pending = [];
    private readonly Dictionary<(OperationKind Kind, int Id), Operation> _open = [];
    private readonly Dictionary<(OperationKind Kind, int Id), HistoryEvent> _early = [];

    /// <summary>The number of the next operation; from 0 on, one count for all kinds.</summary>
    public int NextId { get; private set; }

    public bool HasOpen => _open.Count > 0;

    public bool HasPending => _pending.Values.Any(pending => !pending.IsDone);

    /// <summary>What the sidecar has to be told, in the order of the numbers.</summary>
    public IEnumerable<WorkflowAction> Unconfirmed => _pending.Values.Where(pending => !pending.IsDone).Select(pending => pending.Finished()).OrderBy(action => action.Id);

    /// <summary>Asks for something without waiting for it.</summary>
    /// <param name="action">What for.</param>
    /// <param name="finish">Completes the action, if it comes to be sent.</param>
    public void Add(WorkflowAction action, Action<WorkflowAction>? finish = null)
    {
        action.Id = NextId++;
        _pending.Add(action.Id, new PendingAction(action, finish));
    }

    /// <summary>Asks for something and waits for its result.</summary>
    /// <param name="kind">What kind of result.</param>
    /// <param name="action">What for.</param>
    /// <param name="finish">Completes the action, if it comes to be sent.</param>
    public Operation Open(OperationKind kind, WorkflowAction action, Action<WorkflowAction>? finish = null)
    {
        Add(action, finish);
        var operation = new Operation(kind, action.Id);
        if (_early.Remove((kind, action.Id), out var result))
        {
            _pending[action.Id].IsDone = true;
            operation.Complete(result);
        }
        else
        {
            _open.Add((kind, action.Id), operation);
        }

        return operation;
    }

    /// <summary>Waits no longer; a result that comes later is ignored.</summary>
    /// <returns>False if it had its result already.</returns>
    public bool Close(Operation operation) => _open.Remove((operation.Kind, operation.Id));

    /// <summary>A result. One that nobody waits for any more is ignored; one that comes before the code asks is kept, the first of them.</summary>
    public void Resolve(OperationKind kind, int id, HistoryEvent result)
    {
        if (_open.Remove((kind, id), out var operation))
        {
            operation.Complete(result);
        }
        else if (id >= NextId)
        {
            _early.TryAdd((kind, id), result);
        }
    }

    /// <summary>History says that action number <paramref name="id"/> was taken.</summary>
    /// <param name="id">The action's number.</param>
    /// <param name="expected">The kind of action in history.</param>
    /// <param name="matches">Whether an action of that kind is the one in history.</param>
    /// <param name="recorded">The one in history, in words.</param>
    /// <returns>Null if the code has asked for the same; else what differs.</returns>
    public string? Confirm(int id, ActionCase expected, Func<WorkflowAction, bool> matches, string recorded)
    {
        if (_pending.TryGetValue(id, out var found) && expected != ActionCase.CreateTimer && IsUnlimitedWait(found.Action))
        {
            Forget(id);
            _pending.TryGetValue(id, out found);
        }

        if (found is not null && found.Action.WorkflowActionTypeCase == expected && matches(found.Action))
        {
            _pending.Remove(id);
            return null;
        }

        var asked = found is not null ? Words.Of(found.Action)
            : id < NextId ? "something that history has confirmed already"
            : "nothing";
        return $"Operation {id}: history has {recorded}, the code asked for {asked}.";
    }

    /// <summary>Whether the action only notes that code waits for an event without limit.</summary>
    private static bool IsUnlimitedWait(WorkflowAction action) => action.CreateTimer is { } timer && Timers.IsNever(timer.FireAt);

    /// <summary>
    /// Histories that were begun by workers of other makes before 1.18 have no entry for waits without limit: the code's entry goes, and what it asked
    /// for after it moves up.
    /// </summary>
    private void Forget(int id)
    {
        _pending.Remove(id);
        _open.Remove((OperationKind.Timer, id));
        foreach (var pending in _pending.Where(entry => entry.Key > id).OrderBy(entry => entry.Key).ToArray())
        {
            _pending.Remove(pending.Key);
            pending.Value.Action.Id--;
            _pending.Add(pending.Key - 1, pending.Value);
        }

        foreach (var open in _open.Where(entry => entry.Key.Id > id).OrderBy(entry => entry.Key.Id).ToArray())
        {
            _open.Remove(open.Key);
            open.Value.Id--;
            _open.Add((open.Key.Kind, open.Value.Id), open.Value);
        }

        NextId--;
    }
}
