using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Devices.Actors;
using DeviceFleet.Devices.Groups;
using DeviceFleet.ServiceDefaults.Bindings;
using DeviceFleet.ServiceDefaults.Publishing;

namespace DeviceFleet.Devices.Ingest;

/// <summary>
/// Takes one telemetry message (DESIGN section 3): parse, one actor turn, publish. When <see cref="TakeAsync"/> returns, every sample is on disk in the
/// actor's state and in topic <c>telemetry</c>, or is in <c>rejected</c> with a reason. When it throws, the device sends again and nothing is counted twice.
/// </summary>
internal sealed class TelemetryIntake(DeviceActors actors, EventPublisher<TelemetryEvent> publisher, Refusals refusals, IngestMetrics metrics, GroupFeed groups)
{
    public async Task TakeAsync(IncomingMessage message, CancellationToken cancellationToken)
    {
        if (!MqttTopics.TryParse(message.Topic, out var device, out var kind) || kind != DeviceTopicKind.Telemetry)
        {
            await refusals.RefuseStrayAsync(message, RejectionReasons.WrongTopic, "No device's telemetry topic.", cancellationToken);
            return;
        }

        if (message.IsTooLarge)
        {
            var detail = $"{message.Bytes} bytes; at most {MqttTopics.PayloadBytesMax} are taken.";
            await refusals.RefuseUnreadableAsync(message, device, RejectionReasons.TooLarge, detail, cancellationToken);
            return;
        }

        var parsed = TelemetryParser.Parse(message.Payload);
        if (!parsed.IsSound)
        {
            await refusals.RefuseUnreadableAsync(message, device, parsed.Reason, parsed.Detail, cancellationToken);
            return;
        }

        await TakeSamplesAsync(message, device, parsed.Samples, cancellationToken);
    }

    private async Task TakeSamplesAsync(IncomingMessage message, DeviceId device, IReadOnlyList<TelemetrySample> samples, CancellationToken cancellationToken)
    {
        var request = new IngestRequest { Samples = samples, ReceivedAt = message.ReceivedAt };
        var reply = await actors.IngestAsync(device, request, cancellationToken);
        metrics.Count(reply.Results);
        if (reply.GroupReport is { } report)
        {
            groups.Offer(report.Group, report.Observation);
        }

        // The turn is done: from here on finish, whether or not the caller still waits.
        await publisher.PublishAsync(Events(device, request, reply), CancellationToken.None);
        await refusals.RefuseSamplesAsync(message, device, samples, reply, CancellationToken.None);
    }

    /// <summary>
    /// Duplicates too: the crash that made the device send again may have come between save and publish, and then this is the sample's only way
    /// into the topic. Consumers drop it by identity.
    /// </summary>
    private static List<TelemetryEvent> Events(DeviceId device, IngestRequest request, IngestReply reply)
    {
        var events = new List<TelemetryEvent>(request.Samples.Count);
        for (var i = 0; i < request.Samples.Count; i++)
        {
            if (reply.Results[i].Outcome is not (SampleOutcome.Applied or SampleOutcome.Duplicate))
            {
                continue;
            }

            var sample = request.Samples[i];
            events.Add(new TelemetryEvent
            {
                DeviceId = device,
                Boot = sample.Boot,
                Seq = sample.Seq,
                Ts = sample.Ts ?? request.ReceivedAt,
                ReceivedAt = request.ReceivedAt,
                Metrics = sample.Metrics,
                Duplicate = reply.Results[i].Outcome == SampleOutcome.Duplicate,
                Totals = reply.Totals,
                Revision = reply.Revision,
            });
        }

        return events;
    }
}
