using Dapr.Client;
using DeviceFleet.Contracts.Messaging;

namespace DeviceFleet.Devices.Actors;

/// <summary>Sends to devices through the output bindings.</summary>
internal sealed class DownwardSender(DaprClient dapr)
{
    private const string Create = "create";

    /// <summary>Ends when the broker has it. Whether the device is there, the broker does not say.</summary>
    /// <exception cref="Dapr.DaprException">The broker did not take it.</exception>
    public async Task SendAsync(DownwardMessage message, CancellationToken cancellationToken)
    {
        var request = new BindingRequest(message.Retain ? DaprNames.DesiredOut : DaprNames.DeviceOut, Create) { Data = message.Payload };
        request.Metadata["topic"] = message.Topic;
        await dapr.InvokeBindingAsync(request, cancellationToken);
    }
}
