using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using TaskHub.Protocol;

namespace DeviceFleet.Workflows.Worker;

/// <summary>One stream of work items, from hello to its end.</summary>
internal sealed class WorkerSession(Sidecar sidecar, WorkflowRuntimeOptions options, TimeProvider time)
{
    private volatile bool _closed;
    private volatile bool _hasWorked;
    private CancellationTokenSource? _end;

    public TaskHubSidecarService.TaskHubSidecarServiceClient Hub => sidecar.Hub;

    /// <summary>What this stream's sidecar need not send again; null: it sends everything.</summary>
    public HistoryCache? Histories { get; } = options.UseStatefulHistory ? new HistoryCache(options.MaxCachedHistoryEvents) : null;

    /// <summary>The stream has ended: the sidecar gives its items out again, and an answer to them could be taken for one to the next run.</summary>
    public bool IsClosed => _closed;

    /// <summary>Whether the sidecar has sent anything.</summary>
    public bool HasWorked => _hasWorked;

    /// <summary>Ends the stream from here: its items come again.</summary>
    public void Abandon() => _end?.Cancel();

    /// <summary>Says hello, opens the stream and hands on what comes, until the stream ends or the token ends it.</summary>
    /// <exception cref="RpcException">The connection failed or was lost.</exception>
    public async Task Run(Action opened, Func<ReceivedItem, CancellationToken, ValueTask> accept, CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _end = end;
        try
        {
            await Hello(end.Token);
            using var stream = Hub.GetWorkItems(Request(), cancellationToken: end.Token);
            opened();
            var alive = KeepAlive(end);
            try
            {
                while (await stream.ResponseStream.MoveNext(end.Token))
                {
                    _hasWorked = true;
                    await accept(new ReceivedItem(stream.ResponseStream.Current, this), end.Token);
                }
            }
            finally
            {
                await end.CancelAsync();
                await alive;
            }
        }
        finally
        {
            _closed = true;
            _end = null;
        }
    }

    private GetWorkItemsRequest Request() =>
        Histories is null ? new GetWorkItemsRequest() : new GetWorkItemsRequest { Capabilities = { WorkerCapability.StatefulHistory } };

    private async Task Hello(CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(options.HelloTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        await Hub.HelloAsync(new Empty(), cancellationToken: either.Token);
    }

    /// <summary>Keeps the connection in use, and ends the stream if it has become mute.</summary>
    private async Task KeepAlive(CancellationTokenSource end)
    {
        try
        {
            while (true)
            {
                await Task.Delay(options.KeepAliveInterval, time, end.Token);
                await Hello(end.Token);
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The stream has ended.
        }
        catch (Exception failure) when (failure is RpcException or OperationCanceledException)
        {
            await end.CancelAsync();
        }
    }
}
