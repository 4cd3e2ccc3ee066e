using System.Text;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;

namespace DeviceFleet.Broker.Downward;

/// <summary>
/// Where a device that speaks MQTT 5 answers a message (MQTT 5, section 4.10): a client library for requests and responses then needs to know nothing of our topics. The
/// topic alone says which command it is; what comes back as correlation data is not looked at.
/// </summary>
/// <param name="Topic">Response topic.</param>
/// <param name="Correlation">Correlation data.</param>
internal sealed record AnswerTo(string Topic, byte[] Correlation)
{
    public static AnswerTo Command(DeviceId device, string commandId) => new(MqttTopics.CommandResult(device, commandId), Encoding.UTF8.GetBytes(commandId));
}
