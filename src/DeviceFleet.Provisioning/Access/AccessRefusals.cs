using System.Threading.Channels;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.ServiceDefaults.Publishing;

namespace DeviceFleet.Provisioning.Access;

/// <summary>
/// Tells of those whom this service turned away for a broker that asked over HTTP: on topic <c>rejected</c>, as every refusal, and on topic <c>provisioning</c> for the audit. A broker that
/// runs in the process tells of its refusals itself. Nobody waits for it: with <see cref="WaitingMax"/> untold, the newest are dropped and counted.
/// </summary>
internal sealed partial class AccessRefusals(
    EventPublisher<RejectedEvent> rejected, EventPublisher<RefusalEvent> refused, AccessMetrics metrics, TimeProvider time, ILogger<AccessRefusals> logger) : BackgroundService
{
    private const int WaitingMax = 1_000;
    private const int BatchMax = 100;
    private const int TopicLengthMax = 256;
    private const string By = "provisioning";
    private const string Refused = "refused";

    private readonly Channel<RejectedEvent> _waiting = Channel.CreateBounded<RejectedEvent>(
        new BoundedChannelOptions(WaitingMax) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });

    /// <summary>Takes a refusal to be told.</summary>
    public void Tell(MqttVerdict verdict, string? user, string? topic)
    {
        metrics.CountRefused(verdict.Reason!);
        var told = new RejectedEvent
        {
            Reason = verdict.Reason!,
            Detail = verdict.Detail ?? "Refused.",
            DeviceId = DeviceId.TryParse(user, out var device) ? device : null,
            Topic = topic is { Length: > TopicLengthMax } ? topic[..TopicLengthMax] : topic,
            At = time.GetUtcNow().ToUnixTimeMilliseconds(),
            By = By,
        };
        if (!_waiting.Writer.TryWrite(told))
        {
            metrics.CountUntold();
        }
    }

    public override Task StopAsync(CancellationToken cancellationToken)
    {
        _waiting.Writer.TryComplete();
        return base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await _waiting.Reader.WaitToReadAsync(CancellationToken.None))
        {
            List<RejectedEvent> batch = [];
            while (batch.Count < BatchMax && _waiting.Reader.TryRead(out var next))
            {
                batch.Add(next);
            }

            try
            {
                await rejected.PublishAsync(batch, CancellationToken.None);
                await refused.PublishAsync([.. batch.Select(one => new RefusalEvent(EntryOf(one)))], CancellationToken.None);
            }
            catch (Exception exception)
            {
                // The loop must go on. Who was refused stays refused; only the telling is lost.
                Log.NotTold(logger, exception, batch.Count);
            }
        }
    }

    private static AuditEntry EntryOf(RejectedEvent told) => new()
    {
        Id = Guid.NewGuid().ToString("N"),
        At = told.At,
        By = By,
        Action = Refused,
        DeviceId = told.DeviceId,
        Detail = told.Topic is null ? told.Detail : $"{told.Detail} ({told.Topic})",
        Reason = told.Reason,
    };

    private static partial class Log
    {
        [LoggerMessage(1300, LogLevel.Warning, "{Count} refusals were not told.")]
        public static partial void NotTold(ILogger logger, Exception exception, int count);
    }
}
