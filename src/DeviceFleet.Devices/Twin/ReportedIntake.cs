using System.Text.Json;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Devices.Actors;
using DeviceFleet.Devices.Documents;
using DeviceFleet.Devices.Ingest;
using DeviceFleet.ServiceDefaults.Bindings;

namespace DeviceFleet.Devices.Twin;

/// <summary>Takes one patch of reported: one actor turn, which stores it and the event of it together, or refuses it.</summary>
internal sealed class ReportedIntake(DeviceActors actors, Refusals refusals)
{
    public async Task TakeAsync(IncomingMessage message, CancellationToken cancellationToken)
    {
        if (await refusals.DeviceOfAsync(message, DeviceTopicKind.Reported, cancellationToken) is not { } device)
        {
            return;
        }

        // A text that is no Unicode could not be handed on.
        if (JsonPayload.TryRead(message, ContractsJson.Default.ReportedPatch) is not { Patch.ValueKind: JsonValueKind.Object } patch || CompactJson.BytesOf(patch.Patch) is null)
        {
            await refusals.RefuseUnreadableAsync(message, device, RejectionReasons.Malformed, "Not {version?, patch: {…}}.", cancellationToken);
            return;
        }

        if (patch.Version < 0)
        {
            await refusals.RefuseUnreadableAsync(message, device, RejectionReasons.OutOfBounds, "A negative version.", cancellationToken);
            return;
        }

        var reply = await actors.ReportTwinAsync(device, patch with { ReceivedAt = message.ReceivedAt }, cancellationToken);
        if (reply.Reason is { } reason)
        {
            await refusals.RefuseCountedAsync(message, device, reason, reply.Detail ?? reason);
        }
    }
}
