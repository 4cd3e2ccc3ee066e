namespace EmbeddedDapr.Server.Process;

/// <summary>The log of the process.</summary>
internal static class ProcessLogging
{
    public static ILoggerFactory Create(DaprdFlags flags) => LoggerFactory.Create(logging => logging
        .SetMinimumLevel(LevelOf(flags.LogLevel))
        .AddFilter("Microsoft", LogLevel.Warning)
        .AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat, console.UseUtcTimestamp) = (true, "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ", true)));

    private static LogLevel LevelOf(string level) => level switch
    {
        "debug" => LogLevel.Debug,
        "warn" => LogLevel.Warning,
        "error" => LogLevel.Error,
        "fatal" => LogLevel.Critical,
        _ => LogLevel.Information,
    };
}
