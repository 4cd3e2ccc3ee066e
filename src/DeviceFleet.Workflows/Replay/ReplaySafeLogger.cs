using Microsoft.Extensions.Logging;

namespace DeviceFleet.Workflows.Replay;

/// <summary>A logger that is silent while the run is replayed.</summary>
internal sealed class ReplaySafeLogger(ILogger logger, RunState run) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => logger.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => !run.IsReplaying && logger.IsEnabled(logLevel);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!run.IsReplaying)
        {
            logger.Log(logLevel, eventId, state, exception, formatter);
        }
    }
}
