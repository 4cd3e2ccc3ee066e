namespace EmbeddedDapr.Apps;

/// <summary>Lets calls through while the app is healthy; the others fail at once (recorded: runtime-app-health-start). Probes do not come this way.</summary>
internal sealed class HealthyAppChannel(IAppChannel inner, AppHealth health) : IAppChannel
{
    /// <inheritdoc/>
    public GrpcAppEndpoint? Grpc => inner.Grpc;

    /// <inheritdoc/>
    public Task WaitUntilListeningAsync(CancellationToken cancellationToken) => inner.WaitUntilListeningAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask<AppResponse> SendAsync(AppRequest request, CancellationToken cancellationToken) => health.IsHealthy
        ? inner.SendAsync(request, cancellationToken)
        : throw new AppUnreachableException("app is not in a healthy state");

    /// <inheritdoc/>
    public ValueTask<AppExchange> OpenAsync(AppStreamRequest request, CancellationToken cancellationToken) => health.IsHealthy
        ? inner.OpenAsync(request, cancellationToken)
        : throw new AppUnreachableException("app is not in a healthy state");

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
