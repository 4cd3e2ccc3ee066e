using Microsoft.Extensions.Logging;

namespace EmbeddedDapr.Jobs;

/// <content>Log messages, event ids 1520 to 1539.</content>
internal sealed partial class JobRunner
{
    private static partial class Log
    {
        [LoggerMessage(1520, LogLevel.Error, "Jobs cannot be read from the store; trying again")]
        public static partial void NotRead(ILogger logger, Exception exception);

        [LoggerMessage(1521, LogLevel.Error, "Job {Name}: the store cannot be used; its run will be repeated")]
        public static partial void NotWritten(ILogger logger, Exception exception, string name);

        [LoggerMessage(1522, LogLevel.Warning, "Job {Name}: try {Try} failed: {Why}")]
        public static partial void Failed(ILogger logger, string name, int @try, string why);
    }
}
