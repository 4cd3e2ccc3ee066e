using System.Collections.Concurrent;
using System.Threading.Channels;
using Grpc.Core;
using TaskHub.Protocol;

namespace DeviceFleet.Workflows.Tests.Worker;

/// <summary>A sidecar as the library calls it: what it is asked is kept, what it answers is given by the test.</summary>
internal sealed class FakeHub : CallInvoker
{
    private readonly ConcurrentDictionary<string, Func<object, CancellationToken, Task<object>>> _answers = new(StringComparer.Ordinal);
    private readonly Channel<Stream> _streams = Channel.CreateUnbounded<Stream>();
    private readonly Channel<(string Method, object Request)> _calls = Channel.CreateUnbounded<(string, object)>();

    public FakeHub()
    {
        On("Hello", (Google.Protobuf.WellKnownTypes.Empty _) => new Google.Protobuf.WellKnownTypes.Empty());
        On("CompleteOrchestratorTask", (WorkflowResponse _) => new CompleteTaskResponse());
        On("CompleteActivityTask", (ActivityResponse _) => new CompleteTaskResponse());
    }

    public FakeHub On<TRequest, TResponse>(string method, Func<TRequest, TResponse> answer)
        where TRequest : class
        where TResponse : class
    {
        _answers[method] = (request, _) => Task.FromResult<object>(answer((TRequest)request));
        return this;
    }

    public FakeHub OnAsync<TRequest, TResponse>(string method, Func<TRequest, CancellationToken, Task<TResponse>> answer)
        where TRequest : class
        where TResponse : class
    {
        _answers[method] = async (request, cancellationToken) => await answer((TRequest)request, cancellationToken);
        return this;
    }

    /// <summary>The next stream a worker opens.</summary>
    public async Task<Stream> NextStream(CancellationToken cancellationToken = default) => await _streams.Reader.ReadAsync(cancellationToken);

    /// <summary>The next call of a method; others before it are skipped.</summary>
    public async Task<TRequest> NextCall<TRequest>(string method)
    {
        while (true)
        {
            var call = await _calls.Reader.ReadAsync();
            if (call.Method == method)
            {
                return (TRequest)call.Request;
            }
        }
    }

    public bool HasStream => _streams.Reader.TryPeek(out _);

    /// <summary>Calls of a method that nobody has looked at.</summary>
    public int Unseen(string method)
    {
        var count = 0;
        while (_calls.Reader.TryRead(out var call))
        {
            count += call.Method == method ? 1 : 0;
        }

        return count;
    }

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        return new AsyncUnaryCall<TResponse>(Answer(), Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { });

        async Task<TResponse> Answer()
        {
            _calls.Writer.TryWrite((method.Name, request));
            return _answers.TryGetValue(method.Name, out var answer)
                ? (TResponse)await answer(request, options.CancellationToken)
                : throw new RpcException(new Status(StatusCode.Unimplemented, method.Name));
        }
    }

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method,
        string? host,
        CallOptions options,
        TRequest request)
    {
        var stream = new Stream((GetWorkItemsRequest)(object)request, options.CancellationToken);
        _streams.Writer.TryWrite(stream);
        return new AsyncServerStreamingCall<TResponse>(
            (IAsyncStreamReader<TResponse>)(object)stream, Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { });
    }

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options) =>
        throw new NotSupportedException();

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options) =>
        throw new NotSupportedException();

    public override TResponse BlockingUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        throw new NotSupportedException();

    /// <summary>A stream of work items.</summary>
    internal sealed class Stream(GetWorkItemsRequest request, CancellationToken ended) : IAsyncStreamReader<WorkItem>
    {
        private readonly Channel<WorkItem> _items = Channel.CreateUnbounded<WorkItem>();

        public GetWorkItemsRequest Request { get; } = request;

        /// <summary>Cancelled when the worker ends the stream.</summary>
        public CancellationToken Ended { get; } = ended;

        public WorkItem Current { get; private set; } = new();

        public void Send(WorkItem item) => _items.Writer.TryWrite(item);

        public void Lose() => _items.Writer.TryComplete(new RpcException(new Status(StatusCode.Unavailable, "lost")));

        public void End() => _items.Writer.TryComplete();

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            while (await _items.Reader.WaitToReadAsync(cancellationToken))
            {
                if (_items.Reader.TryRead(out var item))
                {
                    Current = item;
                    return true;
                }
            }

            return false;
        }
    }
}
