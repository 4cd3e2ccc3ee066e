using System.Text.Json;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Devices.Actors;
using DeviceFleet.ServiceDefaults.Bindings;

namespace DeviceFleet.Devices.Ingest;

/// <summary>Takes one status message or last will: one actor turn, which stores the presence and the event of its change together.</summary>
internal sealed class StatusIntake(DeviceActors actors, Refusals refusals)
{
    public async Task TakeAsync(IncomingMessage message, CancellationToken cancellationToken)
    {
        if (!MqttTopics.TryParse(message.Topic, out var device, out var kind) || kind != DeviceTopicKind.Status)
        {
            await refusals.RefuseStrayAsync(message, RejectionReasons.WrongTopic, "No device's status topic.", cancellationToken);
            return;
        }

        if (message.IsTooLarge)
        {
            var detail = $"{message.Bytes} bytes; at most {MqttTopics.PayloadBytesMax} are taken.";
            await refusals.RefuseUnreadableAsync(message, device, RejectionReasons.TooLarge, detail, cancellationToken);
            return;
        }

        if (TryParse(message) is not { } report)
        {
            await refusals.RefuseUnreadableAsync(message, device, RejectionReasons.Malformed, "Not {online, boot?, reason?}.", cancellationToken);
            return;
        }

        if (report.Boot < 0)
        {
            await refusals.RefuseUnreadableAsync(message, device, RejectionReasons.OutOfBounds, "A negative boot.", cancellationToken);
            return;
        }

        await actors.ReportStatusAsync(device, report with { ReceivedAt = message.ReceivedAt }, cancellationToken);
    }

    private static StatusReport? TryParse(IncomingMessage message)
    {
        try
        {
            var reader = new Utf8JsonReader(message.Payload);
            return JsonSerializer.Deserialize(ref reader, ContractsJson.Default.StatusReport);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
