using EmbeddedDapr.Apps;

namespace EmbeddedDapr.Diagnostics;

/// <summary>Measures every call of an app.</summary>
internal sealed class MeasuredAppChannel(IAppChannel inner, SidecarMetrics metrics) : IAppChannel
{
    /// <inheritdoc/>
    public GrpcAppEndpoint? Grpc => inner.Grpc;

    /// <inheritdoc/>
    public Task WaitUntilListeningAsync(CancellationToken cancellationToken) => inner.WaitUntilListeningAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<AppResponse> SendAsync(AppRequest request, CancellationToken cancellationToken)
    {
        var start = metrics.Start();
        var response = default(AppResponse);
        try
        {
            return response = await inner.SendAsync(request, cancellationToken);
        }
        finally
        {
            metrics.AppCalled(request.Method, request.Path, response.Status, request.Body.Length, response.Body.Length, start);
        }
    }

    /// <summary>The call counts as completed when its answer begins: what streams may go on for long.</summary>
    public async ValueTask<AppExchange> OpenAsync(AppStreamRequest request, CancellationToken cancellationToken)
    {
        var start = metrics.Start();
        AppExchange? exchange = null;
        try
        {
            return exchange = await inner.OpenAsync(request, cancellationToken);
        }
        finally
        {
            metrics.AppCalled(request.Method, request.Path, exchange?.Status ?? 0, request.Body.Length ?? 0, exchange?.Body.Length ?? 0, start);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
