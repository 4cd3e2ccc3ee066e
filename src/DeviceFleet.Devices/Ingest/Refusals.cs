using DeviceFleet.Contracts.Devices;
using DeviceFleet.Devices.Actors;
using DeviceFleet.Devices.Publishing;

namespace DeviceFleet.Devices.Ingest;

/// <summary>Settles what is refused: it is counted, and durable in topic <c>rejected</c>, when these return.</summary>
internal sealed class Refusals(DeviceActors actors, EventPublisher<RejectedEvent> publisher, IngestMetrics metrics)
{
    /// <summary>A message of a device that could not be read: its actor counts it.</summary>
    public async Task RefuseUnreadableAsync(IncomingMessage message, DeviceId device, string reason, string detail, CancellationToken cancellationToken)
    {
        var view = await actors.NoteRejectedAsync(device, new RejectionNote(reason, message.ReceivedAt), cancellationToken);
        metrics.CountUnreadable(reason);
        await publisher.PublishAsync([message.Refuse(reason, detail, device, view)], CancellationToken.None);
    }

    /// <summary>A message that is no device's business on this route: no actor is asked.</summary>
    public Task RefuseStrayAsync(IncomingMessage message, string reason, string detail, CancellationToken cancellationToken) =>
        publisher.PublishAsync([message.Refuse(reason, detail, device: null, view: null)], cancellationToken);

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
            (events ??= []).Add(message.Refuse(reason, $"Sample {i} (boot {Text(samples[i].Boot)}, seq {Text(samples[i].Seq)}): {reason}.", device, view));
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
