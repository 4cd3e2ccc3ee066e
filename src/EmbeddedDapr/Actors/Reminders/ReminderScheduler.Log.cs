using Microsoft.Extensions.Logging;

namespace EmbeddedDapr.Actors;

/// <content>Log messages, event ids 1060 to 1079.</content>
internal sealed partial class ReminderScheduler
{
    private static partial class Log
    {
        [LoggerMessage(1060, LogLevel.Error, "Reminders cannot be read from the store; trying again")]
        public static partial void PageFailed(ILogger logger, Exception exception);

        [LoggerMessage(1061, LogLevel.Error, "Reminder {Name} of actor {ActorType}/{ActorId}: the store did not take the outcome of a tick, which will be repeated")]
        public static partial void BookkeepingFailed(ILogger logger, Exception exception, string actorType, string actorId, string name);

        [LoggerMessage(1062, LogLevel.Warning, "Reminder {Name} of actor {ActorType}/{ActorId}: try {Try} failed: {Why}")]
        public static partial void TickFailed(ILogger logger, string actorType, string actorId, string name, int @try, string why);

        [LoggerMessage(1063, LogLevel.Warning, "Reminder {Name} of actor {ActorType}/{ActorId}: the tick is given up after {Tries} tries")]
        public static partial void TickGivenUp(ILogger logger, string actorType, string actorId, string name, int tries);
    }
}
