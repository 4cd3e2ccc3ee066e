using EmbeddedDapr.Diagnostics;

namespace EmbeddedDapr.Actors;

/// <content>How many calls wait for their turn.</content>
internal sealed partial class HostedActorType
{
    private int _pending;

    private async ValueTask<(ActorTurns Actor, ApiError? Error)> EnterMeasuredAsync(SidecarMetrics metrics, string actorId, string? chain, CancellationToken cancellationToken)
    {
        metrics.ActorCallsPending(Name, Interlocked.Increment(ref _pending));
        try
        {
            return await EnterAsync(actorId, chain, cancellationToken);
        }
        finally
        {
            metrics.ActorCallsPending(Name, Interlocked.Decrement(ref _pending));
        }
    }
}
