using EmbeddedDapr.Server.Process;

var (flags, faults) = DaprdFlags.Parse(args);
if (faults.Count > 0)
{
    foreach (var fault in faults)
    {
        await Console.Error.WriteLineAsync(fault);
    }

    return 1;
}

var level = flags.LogLevel switch
{
    "debug" => LogLevel.Debug,
    "warn" or "warning" => LogLevel.Warning,
    "error" => LogLevel.Error,
    "fatal" => LogLevel.Critical,
    _ => LogLevel.Information,
};
using var loggers = LoggerFactory.Create(logging => logging
    .SetMinimumLevel(level)
    .AddFilter("Microsoft", LogLevel.Warning)
    .AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat, console.UseUtcTimestamp) = (true, "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ", true)));
using var process = new DaprdProcess(flags, Environment.GetEnvironmentVariable, loggers);
return await process.RunAsync();
