using Microsoft.Extensions.Logging;

namespace EmbeddedDapr.Components.Mqtt;

internal sealed partial class MqttSocketLink
{
    private static partial class Log
    {
        [LoggerMessage(3300, LogLevel.Warning, "MQTT client {Client} could not connect in time: {Why}")]
        public static partial void FirstConnectFailed(ILogger logger, string client, string? why);

        [LoggerMessage(3301, LogLevel.Warning, "MQTT client {Client} lost its connection.")]
        public static partial void Lost(ILogger logger, string client);

        [LoggerMessage(3302, LogLevel.Information, "MQTT client {Client} is connected again.")]
        public static partial void Reconnected(ILogger logger, string client);

        [LoggerMessage(3303, LogLevel.Debug, "MQTT client {Client} could not connect again: {Why}")]
        public static partial void ReconnectFailed(ILogger logger, string client, string why);

        [LoggerMessage(3304, LogLevel.Error, "MQTT client {Client} may not subscribe to {Filter} any more: {Code}")]
        public static partial void ResubscribeRefused(ILogger logger, string client, string filter, string code);

        [LoggerMessage(3305, LogLevel.Warning, "MQTT client {Client} could not subscribe to {Filter} again.")]
        public static partial void ResubscribeFailed(ILogger logger, Exception exception, string client, string filter);

        [LoggerMessage(3306, LogLevel.Warning, "A message on {Topic} is not acknowledged.")]
        public static partial void NotAcknowledged(ILogger logger, Exception exception, string topic);

        [LoggerMessage(3307, LogLevel.Debug, "MQTT client {Client} could not say good-bye.")]
        public static partial void GoodbyeFailed(ILogger logger, Exception exception, string client);
    }
}
