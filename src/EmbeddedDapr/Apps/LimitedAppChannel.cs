namespace EmbeddedDapr.Apps;

/// <summary>At most so many calls into the app at one time, over all features; the rest waits (daprd's <c>--app-max-concurrency</c>).</summary>
public sealed class LimitedAppChannel(IAppChannel inner, int callsMax) : IAppChannel
{
    private readonly SemaphoreSlim _calls = new(callsMax);

    /// <inheritdoc/>
    public GrpcAppEndpoint? Grpc => inner.Grpc;

    /// <inheritdoc/>
    public Task WaitUntilListeningAsync(CancellationToken cancellationToken) => inner.WaitUntilListeningAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<AppResponse> SendAsync(AppRequest request, CancellationToken cancellationToken)
    {
        await _calls.WaitAsync(cancellationToken);
        try
        {
            return await inner.SendAsync(request, cancellationToken);
        }
        finally
        {
            _calls.Release();
        }
    }

    /// <summary>The slot is taken until the answer's body has been read, or given up.</summary>
    public async ValueTask<AppExchange> OpenAsync(AppStreamRequest request, CancellationToken cancellationToken)
    {
        await _calls.WaitAsync(cancellationToken);
        try
        {
            return (await inner.OpenAsync(request, cancellationToken)).Then(() => _calls.Release());
        }
        catch
        {
            _calls.Release();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        _calls.Dispose();
    }
}
