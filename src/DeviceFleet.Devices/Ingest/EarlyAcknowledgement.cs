using System.Threading.Channels;
using DeviceFleet.ServiceDefaults.Bindings;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Devices.Ingest;

/// <summary>
/// The deliberate fault behind <see cref="IngestOptions.FaultAcknowledgeBeforeCommit"/>: messages are answered when they arrive and stored some time after, so
/// that a crash loses what was acknowledged. It exists to show that the crash test notices.
/// </summary>
internal sealed partial class EarlyAcknowledgement(TelemetryIntake intake, IOptions<IngestOptions> options, ILogger<EarlyAcknowledgement> logger) : BackgroundService
{
    private const int QueueMax = 10_000;

    private readonly Channel<IncomingMessage> _queue = Channel.CreateBounded<IncomingMessage>(
        new BoundedChannelOptions(QueueMax) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });

    public ValueTask TakeAsync(IncomingMessage message, CancellationToken cancellationToken) => _queue.Writer.WriteAsync(message.Detach(), cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.FaultAcknowledgeBeforeCommit)
        {
            return;
        }

        Log.FaultIsOn(logger);
        await foreach (var message in _queue.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                await intake.TakeAsync(message, stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                Log.Lost(logger, exception, message.Topic);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(410, LogLevel.Critical, "Telemetry is acknowledged before it is stored: this loses data on purpose, for a test.")]
        public static partial void FaultIsOn(ILogger logger);

        [LoggerMessage(411, LogLevel.Error, "A message on {Topic} was acknowledged and is lost.")]
        public static partial void Lost(ILogger logger, Exception exception, string topic);
    }
}
