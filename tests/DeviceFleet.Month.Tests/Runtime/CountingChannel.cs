using EmbeddedDapr.Apps;

namespace DeviceFleet.Month.Tests.Runtime;

/// <summary>Counts the calls of the service that are under way: while there is one, the runtime is not idle.</summary>
internal sealed class CountingChannel(IAppChannel inner) : IAppChannel
{
    private int _underWay;

    public int UnderWay => Volatile.Read(ref _underWay);

    public GrpcAppEndpoint? Grpc => inner.Grpc;

    public Task WaitUntilListeningAsync(CancellationToken cancellationToken) => inner.WaitUntilListeningAsync(cancellationToken);

    public async ValueTask<AppResponse> SendAsync(AppRequest request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _underWay);
        try
        {
            return await inner.SendAsync(request, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
