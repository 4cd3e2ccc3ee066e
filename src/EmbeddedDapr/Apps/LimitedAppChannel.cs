namespace EmbeddedDapr.Apps;

/// <summary>At most so many calls into the app at one time, over all features; the rest waits (daprd's <c>--app-max-concurrency</c>).</summary>
public sealed class LimitedAppChannel(IAppChannel inner, int callsMax) : IAppChannel
{
    private readonly SemaphoreSlim _calls = new(callsMax);

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

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        _calls.Dispose();
    }
}
