using EmbeddedDapr.Apps;

namespace EmbeddedDapr.Actors;

/// <summary>An app that is called over HTTP, or in process in HTTP's form (contract section 2.1).</summary>
internal sealed class HttpActorHost(IAppChannel app) : IActorHost
{
    private const string Json = "application/json";

    public async ValueTask<ApiResult<AppResponse>> SendAsync(string actorType, string actorId, ActorTurn turn, CancellationToken cancellationToken)
    {
        try
        {
            return await app.SendAsync(Request(ActorNames.Escape(actorType), ActorNames.Escape(actorId), turn), cancellationToken);
        }
        catch (AppUnreachableException exception)
        {
            return ApiErrors.ActorInvoke(exception.Message);
        }
    }

    private static AppRequest Request(string type, string id, in ActorTurn turn) => turn.Kind switch
    {
        ActorTurnKind.Method => new AppRequest
        {
            Method = "PUT",
            Path = turn.Name.Length == 0
                ? $"/actors/{type}/{id}/method"
                : string.Concat(["/actors/", type, "/", id, "/method/", ActorNames.Escape(turn.Name, keepSlashes: true)]),
            Query = turn.Query,
            ContentType = turn.ContentType,
            Headers = turn.Headers,
            Body = turn.Body,
        },
        ActorTurnKind.Reminder => Callback($"/actors/{type}/{id}/method/remind/{ActorNames.Escape(turn.Name)}", turn.Tick!),
        ActorTurnKind.Timer => Callback($"/actors/{type}/{id}/method/timer/{ActorNames.Escape(turn.Name)}", turn.Tick!),
        ActorTurnKind.Deactivation => new AppRequest { Method = "DELETE", Path = $"/actors/{type}/{id}", ContentType = "application/x-protobuf" },
    };

    private static AppRequest Callback(string path, ScheduleTick tick) => new() { Method = "PUT", Path = path, ContentType = Json, Body = tick.Json };
}
