using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Devices.Actors;
using DeviceFleet.Devices.Ingest;
using DeviceFleet.ServiceDefaults.Bindings;

namespace DeviceFleet.Devices.Twin;

/// <summary>Takes a device's question for its twin: one actor turn, which sends desired. The payload says nothing and is not read.</summary>
internal sealed class TwinGetIntake(DeviceActors actors, Refusals refusals)
{
    public async Task TakeAsync(IncomingMessage message, CancellationToken cancellationToken)
    {
        if (await refusals.DeviceOfAsync(message, DeviceTopicKind.TwinGet, cancellationToken) is { } device)
        {
            await actors.RequestTwinAsync(device, new TwinRequest(message.ReceivedAt), cancellationToken);
        }
    }
}
