using EmbeddedDapr.Apps;

namespace EmbeddedDapr.Actors;

/// <summary>Where actors live: how a turn reaches the app that hosts them. Thread safe.</summary>
internal interface IActorHost
{
    /// <summary>
    /// Runs a turn in the app and answers what the app said. A status other than 200 is the app's refusal; an error means that the app gave no answer, or one that has no
    /// status. Cancelling aborts the request towards the app.
    /// </summary>
    ValueTask<ApiResult<AppResponse>> SendAsync(string actorType, string actorId, ActorTurn turn, CancellationToken cancellationToken);
}
