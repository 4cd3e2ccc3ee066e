using System.Reflection;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;

namespace DeviceFleet.Architecture.Tests.Repository;

/// <summary>What the manual says of names and numbers, against the code.</summary>
public sealed class ManualTests
{
    [Fact]
    public void Every_reason_of_a_refusal_is_explained_to_makers_of_devices()
    {
        var manual = Checkout.Read("docs/mqtt.md");

        Faults.None(RejectionReasons.All.Where(reason => !manual.Contains($"| `{reason}` |", StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_topic_and_event_type_is_described()
    {
        var manual = Checkout.Read("docs/architecture.md");
        var names = new[] { typeof(PubSubTopics), typeof(EventTypes) }
            .SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.Static))
            .Where(field => field.IsLiteral)
            .Select(field => (string)field.GetRawConstantValue()!);

        Faults.None(names.Where(name => !manual.Contains($"| `{name}` |", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_limits_of_a_message_are_those_of_the_code()
    {
        var manual = Checkout.Read("docs/mqtt.md");

        Assert.Contains($"| Payload | {MqttTopics.PayloadBytesMax / 1024} KiB |", manual, StringComparison.Ordinal);
        Assert.Contains($"| Samples in a message | {MqttTopics.SamplesPerMessageMax} |", manual, StringComparison.Ordinal);
    }

    [Fact]
    public void The_gateways_port_is_the_one_that_people_are_told() =>
        Assert.Contains($"| `--http-port PORT` | {AppPorts.Gateway} |", Checkout.Read("README.md"), StringComparison.Ordinal);
}
