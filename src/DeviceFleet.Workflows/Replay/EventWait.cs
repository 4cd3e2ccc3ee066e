using TaskHub.Protocol;

namespace DeviceFleet.Workflows.Replay;

/// <summary>One wait for one external event.</summary>
internal sealed class EventWait
{
    private readonly TaskCompletionSource<HistoryEvent> _source = new();

    public bool IsLive => !_source.Task.IsCompleted;

    public Task<HistoryEvent> Raised => _source.Task;

    public void Complete(HistoryEvent raised) => _source.TrySetResult(raised);

    public void Cancel(CancellationToken cancellationToken) => _source.TrySetCanceled(cancellationToken);
}
