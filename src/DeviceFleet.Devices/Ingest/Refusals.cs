using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Devices.Actors;
using DeviceFleet.ServiceDefaults.Bindings;
using DeviceFleet.ServiceDefaults.Publishing;

namespace DeviceFleet.Devices.Ingest;

/// <summary>Settles what is refused: it is counted, and durable in topic <c>rejected</c>, when these return.</summary>
internal sealed class Refusals(DeviceActors actors, EventPublisher<RejectedEvent> publisher, IngestMetrics metrics)
{
    private const string By = DaprNames.DevicesApp;

    /// <summary>A message of a device that could not be read: its actor counts it.</summary>
    public async Task RefuseUnreadableAsync(IncomingMessage message, DeviceId device, string reason, string detail, CancellationToken cancellationToken)
    {
        var view = await actors.NoteRejectedAsync(device, new RejectionNote(reason, message.ReceivedAt), cancellationToken);
        metrics.CountUnreadable(reason);
        await publisher.PublishAsync([message.Refuse(By, reason, detail, device, view)], CancellationToken.None);
    }

    /// <summary>A message that is no device's business on this route: no actor is asked.</summary>
    public Task RefuseStrayAsync(IncomingMessage message, string reason, string detail, CancellationToken cancellationToken) =>
        publisher.PublishAsync([message.Refuse(By, reason, detail, device: null, view: null)], cancellationToken);

    /// <summary>
    /// Whose message it is, when it came on a topic of that kind and is not too large; null: it is neither, and settled. What goes through here parses nothing before.
    /// </summary>
    public async Task<DeviceId?> DeviceOfAsync(IncomingMessage message, DeviceTopicKind expected, CancellationToken cancellationToken)
    {
        if (!MqttTopics.TryParse(message.Topic, out var device, out var kind) || kind != expected)
        {
            await RefuseStrayAsync(message, RejectionReasons.WrongTopic, "No topic of a device that this route takes.", cancellationToken);
            return null;
        }

        if (message.IsTooLarge)
        {
            var detail = $"{message.Bytes} bytes; at most {MqttTopics.PayloadBytesMax} are taken.";
            await RefuseUnreadableAsync(message, device, RejectionReasons.TooLarge, detail, cancellationToken);
            return null;
        }

        return device;
    }

    /// <summary>A message that the actor refused, and counted.</summary>
    public async Task RefuseCountedAsync(IncomingMessage message, DeviceId device, string reason, string detail)
    {
        metrics.CountUnreadable(reason);

        // May be newer than the turn that refused; of two views the newer one is right.
        var view = await actors.GetViewAsync(device, CancellationToken.None);
        await publisher.PublishAsync([message.Refuse(By, reason, detail, device, view)], CancellationToken.None);
    }

    /// <summary>Samples that the actor refused, and counted, one event each.</summary>
    public async Task RefuseSamplesAsync(
        IncomingMessage message, DeviceId device, IReadOnlyList<TelemetrySample> samples, IngestReply reply, CancellationToken cancellationToken)
    {
        List<RejectedEvent>? events = null;
        DeviceView? view = null;
        for (var i = 0; i < samples.Count; i++)
        {
            if (reply.Results[i].Reason is not { } reason)
            {
                continue;
            }

            // May be newer than this turn's; of two views the newer one is right.
            view ??= await actors.GetViewAsync(device, cancellationToken);
            (events ??= []).Add(message.Refuse(By, reason, $"Sample {i} (boot {Text(samples[i].Boot)}, seq {Text(samples[i].Seq)}): {reason}.", device, view));
        }

        if (events is not null)
        {
            await publisher.PublishAsync(events, CancellationToken.None);
        }
    }

    /// <summary>What another service refused, passed on as it came.</summary>
    public Task PassOnAsync(RejectedEvent refused, CancellationToken cancellationToken) => publisher.PublishAsync([refused], cancellationToken);

    private static string Text(long? number) => number?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "none";
}
