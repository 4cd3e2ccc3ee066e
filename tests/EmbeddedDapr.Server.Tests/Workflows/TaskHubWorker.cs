using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;
using TaskHub.Protocol;

namespace EmbeddedDapr.Server.Tests.Workflows;

/// <summary>Worker and client over gRPC, without SDK; both try again for as long as the sidecar is away.</summary>
internal sealed class TaskHubWorker : IAsyncDisposable
{
    private const string Service = "TaskHubSidecarService";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly GrpcChannel _channel;
    private readonly CallInvoker _calls;
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<Turn, WorkflowResponse> _workflow;
    private readonly Func<ActivityRequest, ActivityResponse> _activity;
    private readonly SemaphoreSlim _answered = new(0);
    private readonly Task _working;
    private int _ended;

    public TaskHubWorker(int port, Func<Turn, WorkflowResponse> workflow, Func<ActivityRequest, ActivityResponse> activity)
    {
        _workflow = workflow;
        _activity = activity;
        _channel = GrpcChannel.ForAddress($"http://127.0.0.1:{port}", new GrpcChannelOptions
        {
            MaxReceiveMessageSize = null,
            InitialReconnectBackoff = Pause,
            MaxReconnectBackoff = Pause * 2,
        });
        _calls = _channel.CreateCallInvoker();
        _working = WorkAsync();
    }

    /// <summary>Whether so many workflows, children left out, were answered with their end.</summary>
    public bool HasEnded(int number) => Volatile.Read(ref _ended) >= number;

    /// <summary>Waits for so many answers of activities from now on.</summary>
    public async Task AnsweredAsync(int number, CancellationToken cancellationToken)
    {
        while (await _answered.WaitAsync(TimeSpan.Zero, cancellationToken))
        {
        }

        for (var answer = 0; answer < number && _answered.CurrentCount >= 0; answer++)
        {
            await _answered.WaitAsync(TimeSpan.FromSeconds(5), cancellationToken);
        }
    }

    /// <summary>Starts an instance, whatever happens meanwhile.</summary>
    public async Task StartAsync(string id, string name, string input, CancellationToken cancellationToken)
    {
        // A start time in the past: the call does not wait for the first turn.
        var request = new CreateInstanceRequest { InstanceId = id, Name = name, Input = input, ScheduledStartTimestamp = new Timestamp { Seconds = 1 } };
        try
        {
            await InsistAsync("StartInstance", request, CreateInstanceResponse.Parser, cancellationToken);
        }
        catch (RpcException exception) when (exception.StatusCode == StatusCode.AlreadyExists)
        {
            // An earlier try was stored, and its answer lost.
        }
    }

    /// <summary>Waits for the end.</summary>
    public async Task<WorkflowState> EndAsync(string id, CancellationToken cancellationToken) =>
        (await InsistAsync("WaitForInstanceCompletion", new GetInstanceRequest { InstanceId = id, GetInputsAndOutputs = true }, GetInstanceResponse.Parser, cancellationToken)).WorkflowState;

    public async Task<IReadOnlyList<HistoryEvent>> HistoryAsync(string id, CancellationToken cancellationToken) =>
        (await InsistAsync("GetInstanceHistory", new GetInstanceHistoryRequest { InstanceId = id }, GetInstanceHistoryResponse.Parser, cancellationToken)).Events;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _working;
        _channel.Dispose();
        _stop.Dispose();
        _answered.Dispose();
    }

    private async Task WorkAsync()
    {
        var method = new Method<GetWorkItemsRequest, WorkItem>(MethodType.ServerStreaming, Service, "GetWorkItems", Marshaller(GetWorkItemsRequest.Parser), Marshaller(WorkItem.Parser));
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var call = _calls.AsyncServerStreamingCall(method, null, new CallOptions(cancellationToken: _stop.Token), new GetWorkItemsRequest());
                await foreach (var item in call.ResponseStream.ReadAllAsync(_stop.Token))
                {
                    _ = AnswerAsync(item);
                }
            }
            catch (Exception) when (!_stop.IsCancellationRequested)
            {
                await Task.Delay(Pause);
            }
            catch (Exception)
            {
                return;
            }
        }
    }

    private async Task AnswerAsync(WorkItem item)
    {
        try
        {
            if (item.WorkflowRequest is { } request)
            {
                var turn = new Turn(request);
                var response = _workflow(turn);
                response.CompletionToken = item.CompletionToken;
                await CallAsync("CompleteWorkflowTask", response, CompleteTaskResponse.Parser, _stop.Token);
                if (turn.Name != "Child" && response.Actions.Any(action => action.CompleteWorkflow is not null))
                {
                    Interlocked.Increment(ref _ended);
                }
            }
            else
            {
                var response = _activity(item.ActivityRequest);
                response.CompletionToken = item.CompletionToken;
                await CallAsync("CompleteActivityTask", response, CompleteTaskResponse.Parser, _stop.Token);
                _answered.Release();
            }
        }
        catch (Exception exception) when (exception is RpcException or OperationCanceledException or ObjectDisposedException)
        {
            // The sidecar has gone; it will ask again.
        }
    }

    private async Task<TResponse> InsistAsync<TRequest, TResponse>(string name, TRequest request, MessageParser<TResponse> parser, CancellationToken cancellationToken)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        while (true)
        {
            try
            {
                return await CallAsync(name, request, parser, cancellationToken);
            }
            catch (RpcException exception) when (exception.StatusCode is StatusCode.Unavailable or StatusCode.Internal or StatusCode.Cancelled && !cancellationToken.IsCancellationRequested)
            {
                await Task.Delay(Pause, cancellationToken);
            }
        }
    }

    private async Task<TResponse> CallAsync<TRequest, TResponse>(string name, TRequest request, MessageParser<TResponse> parser, CancellationToken cancellationToken)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        var method = new Method<TRequest, TResponse>(MethodType.Unary, Service, name, Marshaller(new MessageParser<TRequest>(Activator.CreateInstance<TRequest>)), Marshaller(parser));
        using var call = _calls.AsyncUnaryCall(method, null, new CallOptions(cancellationToken: cancellationToken), request);
        return await call.ResponseAsync;
    }

    private static Marshaller<T> Marshaller<T>(MessageParser<T> parser)
        where T : class, IMessage<T> => Marshallers.Create(message => message.ToByteArray(), parser.ParseFrom);
}
