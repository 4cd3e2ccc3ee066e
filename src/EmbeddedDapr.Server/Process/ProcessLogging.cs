using EmbeddedDapr.Runtime;
using EmbeddedDapr.Server.Logging;
using Microsoft.Extensions.Logging.Console;

namespace EmbeddedDapr.Server.Process;

/// <summary>The log of the process, on its standard output.</summary>
internal static class ProcessLogging
{
    public static ILoggerFactory Create(DaprdFlags flags) => LoggerFactory.Create(logging =>
    {
        logging.Services.AddSingleton<ConsoleFormatter>(new DaprdLogFormatter(flags.LogAsJson, flags.AppId, Environment.MachineName, Sidecar.RuntimeVersion, TimeProvider.System));
        logging.SetMinimumLevel(LevelOf(flags.LogLevel))
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddFilter("Grpc", LogLevel.Warning)

            // It warns that HTTP/2 needs TLS, which is not so here (H2cConnections).
            .AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Error)
            .AddConsole(console => console.FormatterName = DaprdLogFormatter.FormatterName);
    });

    private static LogLevel LevelOf(string level) => level switch
    {
        "debug" => LogLevel.Debug,
        "warn" => LogLevel.Warning,
        "error" => LogLevel.Error,
        "fatal" => LogLevel.Critical,
        _ => LogLevel.Information,
    };
}
