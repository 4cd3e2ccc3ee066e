using EmbeddedDapr.Apps;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.ObjectPool;

namespace EmbeddedDapr.Server.InProcess;

/// <summary>
/// A server without sockets: it keeps the app's pipeline and runs requests through it in memory, with pooled feature collections. Wrapped around another server the app
/// can be reached both ways. Thread safe.
/// </summary>
public sealed class InProcessServer : IServer
{
    private readonly TaskCompletionSource _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly FeatureCollection _features = new();
    private IServer? _inner;
    private Pipeline? _pipeline;
    private long _running;
    private volatile bool _stopping;

    /// <summary>A server that starts and stops with this one and serves its own sockets; null: none. Set before the host starts.</summary>
    internal IServer? Inner
    {
        get => _inner;
        set => _inner = value;
    }

    /// <inheritdoc/>
    public IFeatureCollection Features => _inner?.Features ?? _features;

    /// <summary>Completes once the app has started.</summary>
    public Task Listening => _listening.Task;

    /// <inheritdoc/>
    public async Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
        where TContext : notnull
    {
        _pipeline = new Pipeline<TContext>(application);
        if (_inner is not null)
        {
            await _inner.StartAsync(application, cancellationToken);
        }

        _listening.TrySetResult();
    }

    /// <summary>Refuses new requests, and waits for those under way as long as the token allows.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _stopping = true;
        if (Interlocked.Read(ref _running) > 0)
        {
            try
            {
                await _drained.Task.WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                // Hosts give up waiting in this way; whatever still runs is on its own.
            }
        }

        if (_inner is not null)
        {
            await _inner.StopAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopping = true;
        _inner?.Dispose();
    }

    /// <summary>Runs one request. The answer's body belongs to the caller.</summary>
    /// <exception cref="AppUnreachableException">The app has not started, is stopping, or aborted the request.</exception>
    internal async ValueTask<AppResponse> SendAsync(AppRequest request, string? apiToken, CancellationToken cancellationToken)
    {
        if (_pipeline is not { } pipeline)
        {
            throw new AppUnreachableException("the app has not started");
        }

        Interlocked.Increment(ref _running);
        try
        {
            if (_stopping)
            {
                throw new AppUnreachableException("the app is stopping");
            }

            return await pipeline.SendAsync(request, apiToken, cancellationToken);
        }
        finally
        {
            if (Interlocked.Decrement(ref _running) == 0 && _stopping)
            {
                _drained.TrySetResult();
            }
        }
    }

    private abstract class Pipeline
    {
        public abstract ValueTask<AppResponse> SendAsync(AppRequest request, string? apiToken, CancellationToken cancellationToken);
    }

    private sealed class Pipeline<TContext>(IHttpApplication<TContext> application) : Pipeline
        where TContext : notnull
    {
        // As many as there are requests under way at a busy time; an idle one keeps a few KB.
        private const int RetainedMax = 2048;

        private readonly DefaultObjectPool<InProcessExchange<TContext>> _exchanges = new(new DefaultPooledObjectPolicy<InProcessExchange<TContext>>(), RetainedMax);

        public override async ValueTask<AppResponse> SendAsync(AppRequest request, string? apiToken, CancellationToken cancellationToken)
        {
            var exchange = _exchanges.Get();
            exchange.Begin(request, apiToken, cancellationToken);

            // The app must not see what the caller keeps in async locals (its reentrancy id, its HTTP context): a socket would not carry them either.
            var run = new Run(application, exchange);
            CleanContext.Run(static state => ((Run)state!).Start(), run);
            await run.Task;
            if (exchange.IsAborted)
            {
                cancellationToken.ThrowIfCancellationRequested();
                throw new AppUnreachableException("the app aborted the request");
            }

            var response = exchange.End();
            _exchanges.Return(exchange);
            return response;
        }

        private sealed class Run(IHttpApplication<TContext> application, InProcessExchange<TContext> exchange)
        {
            public Task Task { get; private set; } = Task.CompletedTask;

            public void Start()
            {
                InProcessTurn.Enter(exchange.RequestHeaders);
                Task = RunAsync();
            }

            private async Task RunAsync()
            {
                var context = application.CreateContext(exchange);
                Exception? failure = null;
                try
                {
                    await application.ProcessRequestAsync(context);
                    await exchange.FireStartingAsync();
                }
                catch (Exception exception)
                {
                    // As on a socket: what the pipeline lets through is a 500 without a body. The host has logged it.
                    failure = exception;
                    exchange.Fail();
                }

                await exchange.FireCompletedAsync();
                application.DisposeContext(context, failure);
            }
        }
    }
}

/// <summary>Runs code without the caller's async locals.</summary>
internal static class CleanContext
{
    private static readonly ExecutionContext Empty = Capture();

    public static void Run(ContextCallback callback, object state) => ExecutionContext.Run(Empty, callback, state);

    private static ExecutionContext Capture()
    {
        // A thread that is started without flow has the context in which nothing was ever set.
        ExecutionContext? captured = null;
        var thread = new Thread(() => captured = ExecutionContext.Capture());
        thread.UnsafeStart();
        thread.Join();
        return captured!;
    }
}
