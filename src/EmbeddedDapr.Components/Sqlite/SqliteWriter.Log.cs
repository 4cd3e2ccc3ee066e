using Microsoft.Extensions.Logging;

namespace EmbeddedDapr.Components.Sqlite;

internal sealed partial class SqliteWriter
{
    private static partial class Log
    {
        [LoggerMessage(4000, LogLevel.Error, "A batch of {Units} units could not be committed; none of them was acknowledged")]
        public static partial void BatchFailed(ILogger logger, Exception failure, int units);

        [LoggerMessage(4001, LogLevel.Warning, "Another process holds the write lock of {Wal}; {TriesLeft} tries left")]
        public static partial void LockedOut(ILogger logger, string wal, int triesLeft);

        [LoggerMessage(4002, LogLevel.Error, "Rolling back failed at {Wal}")]
        public static partial void RollBackFailed(ILogger logger, Exception failure, string wal);

        [LoggerMessage(4003, LogLevel.Debug, "{Wal} had {Bytes} bytes and was moved into the database file: {Done}")]
        public static partial void LogTruncated(ILogger logger, string wal, long bytes, bool done);

        [LoggerMessage(4004, LogLevel.Critical, "The writer at {Wal} ended; nothing more can be written")]
        public static partial void WriterDied(ILogger logger, Exception failure, string wal);
    }
}
