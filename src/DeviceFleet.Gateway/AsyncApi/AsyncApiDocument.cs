using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Contracts.Provisioning;

namespace DeviceFleet.Gateway.AsyncApi;

/// <summary>
/// The MQTT topics as an AsyncAPI 3.0 document, from the device's view: what it sends and what it receives. Made from the contracts; docs/asyncapi.json is a copy.
/// </summary>
internal static class AsyncApiDocument
{
    // Ids that stand for themselves until the address is a template: an id holds no braces.
    private const string DeviceMark = "DEVICE";
    private const string CommandMark = "COMMAND";
    private const string ClaimMark = "CLAIM";
    private const string BindingVersion = "0.2.0";

    private static readonly JsonSerializerOptions Layout = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly DeviceId Device = DeviceId.Parse(DeviceMark);
    private static readonly DeviceId Claim = DeviceId.Parse(ClaimMark);

    private static readonly Channel[] Channels =
    [
        new("telemetry", MqttTopics.Telemetry(Device), IsUp: true, IsRetained: false, PayloadSchemas.Telemetry, $"One sample, or an array of 1 to {MqttTopics.SamplesPerMessageMax}."),
        new("status", MqttTopics.Status(Device), IsUp: true, IsRetained: true, nameof(StatusReport), "Whether the device is there; also its last will."),
        new("reported", MqttTopics.Reported(Device), IsUp: true, IsRetained: false, nameof(ReportedPatch), "A patch of what the device says of itself."),
        new("twinGet", MqttTopics.TwinGet(Device), IsUp: true, IsRetained: false, nameof(TwinRequest), "Asks for desired to be sent.", Reply: "desired"),
        new("commandResult", MqttTopics.CommandResult(Device, CommandMark), IsUp: true, IsRetained: false, nameof(CommandAnswer), "The answer to a command: accepted, then its result."),
        new("desired", MqttTopics.Desired(Device), IsUp: false, IsRetained: true, nameof(DesiredMessage), "What operators want, when it changes and when the device connects or asks."),
        new("command", MqttTopics.Command(Device, CommandMark), IsUp: false, IsRetained: false, nameof(CommandMessage), "Something to be done. One id is executed at most once.", Reply: "commandResult"),
        new("credentials", MqttTopics.Credentials(Device), IsUp: false, IsRetained: false, nameof(CredentialMessage), "A new password: connect with it, and the old one ends."),
        new("claim", MqttTopics.ProvisionRequest(Claim), IsUp: true, IsRetained: false, nameof(ProvisionClaim), "A device without an identity asks for one: user provision, client id claim:{claimId}, no password.", Reply: "claimAnswer"),
        new("claimAnswer", MqttTopics.ProvisionResponse(Claim), IsUp: false, IsRetained: false, nameof(ProvisionAnswer), "What the claim came to."),
    ];

    /// <summary>The document, laid out; the same for every start.</summary>
    public static string Text { get; } = Make().ToJsonString(Layout) + "\n";

    private static JsonObject Make() => new()
    {
        ["asyncapi"] = "3.0.0",
        ["info"] = new JsonObject
        {
            ["title"] = "DeviceFleet, MQTT for devices",
            ["version"] = "1",
            ["description"] = $"MQTT 3.1.1 or 5, QoS 1. Payloads are JSON in UTF-8 of at most {MqttTopics.PayloadBytesMax} bytes; members that are not listed are ignored.",
        },
        ["defaultContentType"] = "application/json",
        ["servers"] = new JsonObject
        {
            ["broker"] = new JsonObject
            {
                ["host"] = "localhost:1883",
                ["protocol"] = "mqtt",
                ["security"] = new JsonArray(Reference("components/securitySchemes/device")),
            },
        },
        ["channels"] = Each(channel => channel.Name, Describe),
        ["operations"] = Each(channel => channel.Operation, Operate),
        ["components"] = new JsonObject
        {
            ["messages"] = Each(channel => channel.Name, Message),
            ["schemas"] = PayloadSchemas.All(),
            ["parameters"] = new JsonObject
            {
                ["deviceId"] = new JsonObject { ["description"] = "The device's own id, which is its user name and client id: 1 to 64 of A-Z a-z 0-9 . _ -, first a letter or digit." },
                ["claimId"] = new JsonObject { ["description"] = "What the device calls this attempt, of the same alphabet; hard to guess, since who has it reads the answer." },
                ["commandId"] = new JsonObject { ["description"] = "The command's id, of the same alphabet; unique for the device." },
            },
            ["securitySchemes"] = new JsonObject { ["device"] = new JsonObject { ["type"] = "userPassword", ["description"] = "User name: the device's id. Password: see docs/mqtt.md." } },
        },
    };

    private static JsonObject Describe(Channel channel)
    {
        var whose = channel.Topic.Contains(ClaimMark, StringComparison.Ordinal) ? "claimId" : "deviceId";
        var parameters = new JsonObject { [whose] = Reference("components/parameters/" + whose) };
        if (channel.Topic.Contains(CommandMark, StringComparison.Ordinal))
        {
            parameters["commandId"] = Reference("components/parameters/commandId");
        }

        return new JsonObject
        {
            ["address"] = channel.Address,
            ["description"] = channel.Description,
            ["parameters"] = parameters,
            ["messages"] = new JsonObject { [channel.Name] = Reference("components/messages/" + channel.Name) },
        };
    }

    private static JsonObject Operate(Channel channel)
    {
        var operation = new JsonObject
        {
            ["action"] = channel.IsUp ? "send" : "receive",
            ["channel"] = Reference("channels/" + channel.Name),
            ["summary"] = channel.Description,
            ["messages"] = new JsonArray(MessageOf(channel.Name)),
            ["bindings"] = new JsonObject { ["mqtt"] = new JsonObject { ["qos"] = 1, ["retain"] = channel.IsRetained, ["bindingVersion"] = BindingVersion } },
        };
        if (channel.Reply is { } reply)
        {
            operation["reply"] = new JsonObject { ["channel"] = Reference("channels/" + reply), ["messages"] = new JsonArray(MessageOf(reply)) };
        }

        return operation;
    }

    private static JsonObject Message(Channel channel)
    {
        var message = new JsonObject { ["name"] = channel.Name, ["summary"] = channel.Description, ["payload"] = PayloadSchemas.Reference(channel.Schema) };
        if (channel.Name == "command")
        {
            message["bindings"] = new JsonObject
            {
                ["mqtt"] = new JsonObject
                {
                    ["correlationData"] = new JsonObject { ["type"] = "string", ["description"] = "MQTT 5 only: to be sent back with the answer as it came." },
                    ["responseTopic"] = new JsonObject { ["type"] = "string", ["description"] = "MQTT 5 only: where the answer goes; it is the command's own topic of results." },
                    ["bindingVersion"] = BindingVersion,
                },
            };
        }

        return message;
    }

    private static JsonObject Each(Func<Channel, string> name, Func<Channel, JsonObject> make) =>
        new(Channels.Select(channel => KeyValuePair.Create<string, JsonNode?>(name(channel), make(channel))));

    private static JsonObject MessageOf(string channel) => Reference($"channels/{channel}/messages/{channel}");

    private static JsonObject Reference(string to) => new() { ["$ref"] = "#/" + to };

    /// <summary>One topic.</summary>
    private sealed record Channel(string Name, string Topic, bool IsUp, bool IsRetained, string Schema, string Description, string? Reply = null)
    {
        public string Address { get; } = Topic.Replace(DeviceMark, "{deviceId}", StringComparison.Ordinal).Replace(CommandMark, "{commandId}", StringComparison.Ordinal)
            .Replace(ClaimMark, "{claimId}", StringComparison.Ordinal);

        public string Operation { get; } = (IsUp ? "send" : "receive") + char.ToUpperInvariant(Name[0]) + Name[1..];
    }
}
