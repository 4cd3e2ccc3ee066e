using System.Threading.Channels;

namespace EmbeddedDapr.Workflows.Dispatch;

/// <summary>One connected worker. What has been handed to it and is not answered is bounded, so its queue is, too.</summary>
internal sealed class WorkerStream
{
    private readonly Channel<WorkItemFrame> _items;
    private readonly WorkflowEngineOptions _options;

    public WorkerStream(WorkflowEngineOptions options)
    {
        _options = options;
        var most = Math.Max(options.StreamItemsMax, options.TokenStreamItemsMax) + 1;
        _items = Channel.CreateBounded<WorkItemFrame>(new BoundedChannelOptions(most) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });
    }

    /// <summary>Items for the worker; ends when the engine stops.</summary>
    public ChannelReader<WorkItemFrame> Items => _items.Reader;

    /// <summary>It has echoed a completion token. Until then it counts as a worker that does not (the JavaScript SDK). Guarded by the dispatcher's lock.</summary>
    public bool EchoesTokens { get; set; }

    /// <summary>Handed out, not answered. Guarded by the dispatcher's lock.</summary>
    public HashSet<Work> Out { get; } = [];

    /// <summary>Activities among them. Guarded by the dispatcher's lock.</summary>
    public int ActivitiesOut { get; set; }

    private int ItemsMax => EchoesTokens ? _options.TokenStreamItemsMax : _options.StreamItemsMax;

    public bool HasRoom(bool forActivity) => Out.Count < ItemsMax && (!forActivity || ActivitiesOut < Math.Max(1, (int)(ItemsMax * _options.StreamActivityShare)));

    public void Send(WorkItemFrame frame) => _items.Writer.TryWrite(frame);

    /// <summary>No further items; the stream ends in order.</summary>
    public void Complete() => _items.Writer.TryComplete();
}
