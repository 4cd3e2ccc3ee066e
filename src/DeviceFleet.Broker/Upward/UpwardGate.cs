using DeviceFleet.Broker.Access;
using DeviceFleet.Broker.Connections;
using DeviceFleet.Broker.Downward;
using DeviceFleet.Broker.Rejections;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using Microsoft.Extensions.Logging;

namespace DeviceFleet.Broker.Upward;

/// <summary>
/// Every PUBLISH and every last will goes through here: rules, size, then the handler, whose verdict decides about the PUBACK. Nothing is ever left to MQTTnet's
/// own fan-out.
/// </summary>
internal sealed partial class UpwardGate(
    BrokerOptions options,
    IUpwardHandler? handler,
    ConnectionRegistry connections,
    RejectionFeed rejections,
    BrokerMetrics metrics,
    TimeProvider time,
    ILogger logger)
{
    /// <summary>Null: may be published, and the kind and whose it is are known.</summary>
    public Refusal? Check(Principal principal, string topic, int payloadBytes, out DeviceId device, out DeviceTopicKind kind)
    {
        var refusal = AccessRules.Publish(principal, topic, out device, out kind);
        return refusal is null && payloadBytes > options.PayloadBytesMax
            ? new Refusal(RejectionReasons.TooLarge, $"{payloadBytes} bytes of payload, at most {options.PayloadBytesMax} are allowed.")
            : refusal;
    }

    public async ValueTask<UpwardVerdict> OfferAsync(UpwardMessage message, CancellationToken cancellationToken)
    {
        metrics.UpwardStarted();
        var verdict = UpwardVerdict.Failed;
        try
        {
            verdict = await HandAsync(message, cancellationToken);
        }
        catch (Exception e)
        {
            Log.HandlerFailed(logger, e, message.Topic);
        }
        finally
        {
            metrics.UpwardEnded(verdict);
        }

        return verdict;
    }

    /// <summary>
    /// Offers the will of a connection that broke until it is accepted. Given up as soon as the client is back, because then its own word is newer; for that
    /// reason there is none at a takeover either.
    /// </summary>
    public async Task PublishWillAsync(BrokerConnection connection, CancellationToken cancellationToken)
    {
        if (connection is not { Will: { } will, Principal: { Device: { } device } principal })
        {
            return;
        }

        if (Check(principal, will.Topic, will.Payload.Length, out _, out var kind) is not null)
        {
            return; // refused with its CONNECT; cannot happen
        }

        var message = new UpwardMessage(device, kind, will.Topic, will.Payload, will.Retain, IsWill: true);
        var delay = options.WillRetryDelay;
        for (var attempt = 1; !connections.IsPresent(connection.ClientId) && !cancellationToken.IsCancellationRequested; attempt++)
        {
            if (await OfferAsync(message, cancellationToken) == UpwardVerdict.Accepted)
            {
                return;
            }

            if (attempt >= options.WillAttemptsMax)
            {
                metrics.WillLost();
                Log.WillLost(logger, device.Value, attempt);
                return;
            }

            try
            {
                await Task.Delay(delay, time, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return; // the broker stops; with it every device is gone, and its actor finds out by silence
            }

            delay *= 2;
        }
    }

    public void Refuse(Refusal refusal, BrokerConnection connection, string topic, ReadOnlySpan<byte> payload) =>
        rejections.Tell(refusal, connection.Principal?.Device, topic, payload.Length, payload);

    private async ValueTask<UpwardVerdict> HandAsync(UpwardMessage message, CancellationToken cancellationToken)
    {
        var taken = false;
        if (handler is not null)
        {
            if (await handler.HandleAsync(message, cancellationToken) == UpwardVerdict.Failed)
            {
                return UpwardVerdict.Failed;
            }

            taken = true;
        }

        // Clients of the runtime's account: few, and usually none. Their own acknowledgement is not waited for.
        foreach (var (runtime, _) in connections.Runtimes)
        {
            switch (runtime.Downward.Enqueue(message.Topic, message.Payload, retain: false))
            {
                case DownwardOutcome.Enqueued:
                    taken = true;
                    break;
                case DownwardOutcome.QueueFull:
                    return UpwardVerdict.Failed;
                case DownwardOutcome.NotConnected or DownwardOutcome.NotSubscribed or DownwardOutcome.Refused:
                    break;
            }
        }

        return taken ? UpwardVerdict.Accepted : UpwardVerdict.Failed;
    }

    private static partial class Log
    {
        [LoggerMessage(4110, LogLevel.Warning, "Handling of a message on {Topic} failed; it is not acknowledged.")]
        public static partial void HandlerFailed(ILogger logger, Exception exception, string topic);

        [LoggerMessage(4111, LogLevel.Warning, "The last will of {Device} was not accepted in {Attempts} attempts and is lost; silence will tell.")]
        public static partial void WillLost(ILogger logger, string device, int attempts);
    }
}
