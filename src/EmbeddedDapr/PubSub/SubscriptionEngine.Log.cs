using Microsoft.Extensions.Logging;

namespace EmbeddedDapr.PubSub;

/// <content>Log messages.</content>
public sealed partial class SubscriptionEngine
{
    private static partial class Log
    {
        [LoggerMessage(1300, LogLevel.Error, "Subscription to topic {Topic}: there is no pub/sub component {PubSub}")]
        public static partial void UnknownComponent(ILogger logger, string pubSub, string topic);

        [LoggerMessage(1301, LogLevel.Error, "Subscription to topic '{Topic}' on pubsub '{PubSub}' is not allowed")]
        public static partial void NotAllowed(ILogger logger, string topic, string pubSub);

        [LoggerMessage(1302, LogLevel.Error, "A routing rule of {PubSub} topic {Topic} is not understood: {Reason}")]
        public static partial void BadRule(ILogger logger, string pubSub, string topic, string reason);

        [LoggerMessage(1303, LogLevel.Warning, "Subscribing to {PubSub} topic {Topic} failed, will try again")]
        public static partial void SubscribeFailed(ILogger logger, Exception exception, string pubSub, string topic);

        [LoggerMessage(1304, LogLevel.Warning, "The subscription to {PubSub} topic {Topic} did not stop cleanly")]
        public static partial void StopFailed(ILogger logger, Exception exception, string pubSub, string topic);
    }
}
