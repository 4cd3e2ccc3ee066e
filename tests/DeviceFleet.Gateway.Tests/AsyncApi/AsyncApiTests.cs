using System.Text.Json.Nodes;
using DeviceFleet.Contracts.Devices;
using DeviceFleet.Contracts.Messaging;
using DeviceFleet.Gateway.AsyncApi;
using DeviceFleet.Gateway.Tests.Fakes;

namespace DeviceFleet.Gateway.Tests.AsyncApi;

public sealed class AsyncApiTests
{
    private static readonly JsonObject Document = JsonNode.Parse(AsyncApiDocument.Text)!.AsObject();

    [Fact]
    public async Task The_copy_in_the_docs_is_what_the_contracts_say()
    {
        var copy = Path.Combine(Root(), "docs", "asyncapi.json");
        var made = Path.Combine(Root(), "artifacts", "asyncapi.json");

        if (!File.Exists(copy) || await File.ReadAllTextAsync(copy) != AsyncApiDocument.Text)
        {
            await File.WriteAllTextAsync(made, AsyncApiDocument.Text);
            Assert.Fail($"docs/asyncapi.json is not what the contracts say. See what changed, then: cp {made} {copy}");
        }
    }

    [Fact]
    public async Task The_gateway_serves_it()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = host.SignedIn();

        Assert.Equal("3.0.0", (await client.CallAsync("GET", "/api/asyncapi.json")).Text("asyncapi"));
    }

    [Fact]
    public void Every_topic_of_a_device_is_in_it_and_each_address_is_one()
    {
        var kinds = Document["channels"]!.AsObject().Select(channel =>
        {
            var topic = channel.Value!["address"]!.GetValue<string>().Replace("{deviceId}", "pump-1", StringComparison.Ordinal).Replace("{commandId}", "c1", StringComparison.Ordinal)
                .Replace("{claimId}", "claim-1", StringComparison.Ordinal);
            Assert.True(MqttTopics.TryParse(topic, out _, out var kind), topic);
            return kind;
        });

        Assert.Equal(Enum.GetValues<DeviceTopicKind>(), kinds.Order());
    }

    [Fact]
    public void Every_reference_leads_to_something()
    {
        var broken = References(Document).Where(reference => reference.Split('/').Skip(1).Aggregate((JsonNode?)Document, (node, name) => node?[name]) is null);

        Assert.Empty(broken);
    }

    [Fact]
    public void What_the_service_sets_is_no_part_of_a_payload()
    {
        string[] ours = ["receivedAt", "commandId"];

        var told = Document["components"]!["schemas"]!.AsObject().SelectMany(schema => schema.Value!["properties"]?.AsObject().Select(member => member.Key) ?? []);

        Assert.DoesNotContain(told, ours.Contains);
    }

    [Fact]
    public void Numbers_are_numbers_and_bounds_are_those_of_the_docs()
    {
        var sample = Document["components"]!["schemas"]![nameof(TelemetrySample)]!;

        Assert.Equal("number", sample["properties"]!["metrics"]!["additionalProperties"]!["type"]!.GetValue<string>());
        Assert.Equal(["metrics"], sample["required"]!.AsArray().Select(name => name!.GetValue<string>()));
        Assert.Equal((1, 64), (sample["properties"]!["metrics"]!["minProperties"]!.GetValue<int>(), sample["properties"]!["metrics"]!["maxProperties"]!.GetValue<int>()));
        Assert.Equal(100, Document["components"]!["schemas"]!["Telemetry"]!["oneOf"]![1]!["maxItems"]!.GetValue<int>());
    }

    [Fact]
    public void A_command_is_received_and_its_answer_is_the_reply()
    {
        var command = Document["operations"]!["receiveCommand"]!;

        Assert.Equal(("receive", "#/channels/commandResult"), (command["action"]!.GetValue<string>(), command["reply"]!["channel"]!["$ref"]!.GetValue<string>()));
    }

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(member => member is { Key: "$ref", Value: JsonValue to } ? [to.GetValue<string>()] : References(member.Value)),
        JsonArray items => items.SelectMany(References),
        _ => [],
    };

    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "DeviceFleet.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No DeviceFleet.sln above {AppContext.BaseDirectory}.");
    }
}
