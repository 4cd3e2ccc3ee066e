using System.Threading.Channels;
using DeviceFleet.Broker.Access;
using DeviceFleet.Broker.Upward;
using DeviceFleet.Contracts.Devices;
using Microsoft.Extensions.Logging;

namespace DeviceFleet.Broker.Rejections;

/// <summary>
/// Tells the host what was refused, without ever holding up who refuses: a bounded queue that drops its oldest entry for a new one, and one reader.
/// </summary>
internal sealed partial class RejectionFeed : IAsyncDisposable
{
    private const string By = "broker";
    private const int DetailCharsMax = 500;
    private const int TopicCharsMax = 256;
    private const int PayloadHeadBytesMax = 256;

    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<RejectedEvent> _queue;
    private readonly IUpwardHandler? _handler;
    private readonly BrokerMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Task _reader;

    public RejectionFeed(int queuedMax, IUpwardHandler? handler, BrokerMetrics metrics, TimeProvider time, ILogger logger)
    {
        _handler = handler;
        _metrics = metrics;
        _time = time;
        _logger = logger;
        _queue = Channel.CreateBounded<RejectedEvent>(
            new BoundedChannelOptions(queuedMax) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
            _ => metrics.RejectionDropped());
        _reader = ReadAsync(_stop.Token);
    }

    public void Tell(Refusal refusal, DeviceId? device, string? topic, int payloadBytes = 0, ReadOnlySpan<byte> payload = default)
    {
        _metrics.Rejected(refusal.Reason);
        Log.Refused(_logger, refusal.Reason, device?.Value, topic, refusal.Detail);
        if (_handler is null)
        {
            return;
        }

        _queue.Writer.TryWrite(new RejectedEvent
        {
            Reason = refusal.Reason,
            Detail = Cut(refusal.Detail, DetailCharsMax),
            DeviceId = device,
            Topic = topic is null ? null : Cut(topic, TopicCharsMax),
            PayloadBytes = Math.Max(payloadBytes, payload.Length),
            PayloadHead = payload.IsEmpty ? null : Convert.ToBase64String(payload[..Math.Min(payload.Length, PayloadHeadBytesMax)]),
            At = _time.GetUtcNow().ToUnixTimeMilliseconds(),
            By = By,
        });
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _stop.CancelAsync();
        await _reader.WaitAsync(CancellationToken.None);
        _stop.Dispose();
    }

    private static string Cut(string text, int charsMax) => text.Length <= charsMax ? text : text[..charsMax];

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var rejection in _queue.Reader.ReadAllAsync(cancellationToken))
            {
                await TellAsync(rejection, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // What still waits is lost with the process; it was counted when it was refused.
        }
    }

    private async Task TellAsync(RejectedEvent rejection, CancellationToken cancellationToken)
    {
        try
        {
            await _handler!.RejectedAsync(rejection, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            _metrics.RejectionDropped();
            Log.NotTold(_logger, e, rejection.Reason);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4120, LogLevel.Debug, "Refused: {Reason}; device {Device}, topic {Topic}: {Detail}")]
        public static partial void Refused(ILogger logger, string reason, string? device, string? topic, string detail);

        [LoggerMessage(4121, LogLevel.Warning, "A refusal ({Reason}) could not be told and is dropped.")]
        public static partial void NotTold(ILogger logger, Exception exception, string reason);
    }
}
