using Microsoft.Extensions.Logging;

namespace EmbeddedDapr.Actors;

/// <content>Log messages, event ids 1000 to 1019.</content>
internal sealed partial class HostedActorType
{
    private static partial class Log
    {
        [LoggerMessage(1000, LogLevel.Warning, "Actor {ActorType}/{ActorId}: a call is refused, {MailboxMax} wait already")]
        public static partial void MailboxFull(ILogger logger, string actorType, string actorId, int mailboxMax);

        [LoggerMessage(1001, LogLevel.Warning, "Actor {ActorType}/{ActorId}: the app answered {Status} to its deactivation")]
        public static partial void DeactivationRefused(ILogger logger, string actorType, string actorId, int status);

        [LoggerMessage(1002, LogLevel.Warning, "Actor {ActorType}/{ActorId}: its deactivation did not reach the app: {Why}")]
        public static partial void DeactivationFailed(ILogger logger, string why, string actorType, string actorId);

        [LoggerMessage(1003, LogLevel.Warning, "Stopping: {Count} actors of type {ActorType} were not told in time")]
        public static partial void StopTimedOut(ILogger logger, string actorType, int count);
    }
}
