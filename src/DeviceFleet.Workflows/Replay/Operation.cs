using TaskHub.Protocol;

namespace DeviceFleet.Workflows.Replay;

/// <summary>Something user code may wait for.</summary>
internal sealed class Operation(OperationKind kind, int id)
{
    // Continuations run at once, on the thread that applies the event: this is what keeps the order of user code that of history.
    private readonly TaskCompletionSource<HistoryEvent> _source = new();

    public OperationKind Kind { get; } = kind;

    public int Id { get; set; } = id;

    public Task<HistoryEvent> Result => _source.Task;

    public void Complete(HistoryEvent result) => _source.TrySetResult(result);

    public void Cancel(CancellationToken cancellationToken) => _source.TrySetCanceled(cancellationToken);
}
