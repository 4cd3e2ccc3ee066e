using System.Text.Json;
using DeviceFleet.Contracts;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.ServiceDefaults.Bindings;

namespace DeviceFleet.Devices.Ingest;

/// <summary>Takes what the broker refused and makes it durable in topic <c>rejected</c>. No actor counts it: it never was a device's message.</summary>
internal sealed class RejectionIntake(Refusals refusals)
{
    public Task TakeAsync(IncomingMessage message, CancellationToken cancellationToken)
    {
        if (message.Topic != MqttTopics.BrokerRejections)
        {
            return refusals.RefuseStrayAsync(message, RejectionReasons.WrongTopic, "Not the broker's topic of refusals.", cancellationToken);
        }

        return TryParse(message) is { } refused
            ? refusals.PassOnAsync(refused, cancellationToken)
            : refusals.RefuseStrayAsync(message, RejectionReasons.Malformed, "The broker told of a refusal in a form nobody reads.", cancellationToken);
    }

    private static RejectedEvent? TryParse(IncomingMessage message)
    {
        if (message.IsTooLarge)
        {
            return null;
        }

        try
        {
            var reader = new Utf8JsonReader(message.Payload);
            var refused = JsonSerializer.Deserialize(ref reader, ContractsJson.Default.RejectedEvent);
            return refused is not null && RejectionReasons.All.Contains(refused.Reason) ? refused with { View = null } : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
