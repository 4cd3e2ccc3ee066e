using Microsoft.Extensions.Logging;

namespace EmbeddedDapr.PubSub;

internal sealed partial class SubscriptionDelivery
{
    private static partial class Log
    {
        [LoggerMessage(1320, LogLevel.Warning, "A message of {PubSub} topic {Topic} is no JSON object, and the subscription is not raw")]
        public static partial void Unreadable(ILogger logger, string pubSub, string topic);

        [LoggerMessage(1321, LogLevel.Warning, "A routing rule of {PubSub} topic {Topic} cannot be evaluated: {Reason}")]
        public static partial void RuleFailed(ILogger logger, string pubSub, string topic, string reason);

        [LoggerMessage(1326, LogLevel.Error, "An event of {PubSub} topic {Topic} failed as often as its retry policy allows, and there is no dead-letter topic: it is given up")]
        public static partial void GivenUp(ILogger logger, string pubSub, string topic);

        [LoggerMessage(1324, LogLevel.Warning, "{Count} events of {Topic} went to the dead-letter topic {DeadLetterTopic}")]
        public static partial void DeadLettered(ILogger logger, int count, string topic, string deadLetterTopic);

        [LoggerMessage(1325, LogLevel.Error, "{Count} events could not be published to the dead-letter topic {DeadLetterTopic}: {Reason}")]
        public static partial void DeadLetterFailed(ILogger logger, int count, string deadLetterTopic, string reason);
    }
}
