using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace DeviceFleet.Contracts.Tests;

/// <summary>
/// A stored sample for each message guards the wire format: a renamed, retyped or lost member fails here before it breaks a device, a stored state or a browser.
/// </summary>
public sealed class WireFormatTests
{
    public static TheoryData<string> Messages { get; } = [.. MessageTypes().Select(type => type.Name)];

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_stored_sample_is_read_and_written_again_as_it_was(string message)
    {
        var json = ReadSample(message) ?? throw new FileNotFoundException($"Samples/{message}.json guards no wire format: write one.");
        var type = ContractsJson.Default.GetTypeInfo(MessageTypes().Single(candidate => candidate.Name == message))!;

        var value = JsonSerializer.Deserialize(json, type);
        var written = JsonSerializer.Serialize(value, type);

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(json), JsonNode.Parse(written)), $"read from the sample and written again:\n{written}");
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_sample_shows_every_member(string message)
    {
        var members = JsonNode.Parse(ReadSample(message)!)!.AsObject().Select(member => member.Key);

        Assert.Equal(
            ContractsJson.Default.GetTypeInfo(MessageTypes().Single(type => type.Name == message))!.Properties.Select(property => property.Name).Order(), members.Order());
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void What_a_later_version_adds_is_skipped(string message)
    {
        var extended = JsonNode.Parse(ReadSample(message)!)!.AsObject();
        extended["addedLater"] = new JsonObject { ["x"] = 1 };

        Assert.NotNull(JsonSerializer.Deserialize(extended.ToJsonString(), ContractsJson.Default.GetTypeInfo(MessageTypes().Single(type => type.Name == message))!));
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_list_or_part_that_is_left_out_is_read_as_the_empty_one(string message)
    {
        var type = ContractsJson.Default.GetTypeInfo(MessageTypes().Single(candidate => candidate.Name == message))!;
        var bare = JsonNode.Parse(ReadSample(message)!)!.AsObject();
        var optional = type.Properties
            .Where(property => !property.IsRequired && !property.IsSetNullable && property.AssociatedParameter is not { IsMemberInitializer: false })
            .Select(property => property.Name)
            .ToList();
        optional.ForEach(name => bare.Remove(name));

        var value = JsonSerializer.Deserialize(bare.ToJsonString(), type);

        Assert.All(type.Properties.Where(property => optional.Contains(property.Name)), property => Assert.NotNull(property.Get!(value!)));
    }

    private static IEnumerable<Type> MessageTypes() => typeof(ContractsJson).GetCustomAttributesData()
        .Where(attribute => attribute.AttributeType == typeof(JsonSerializableAttribute))
        .Select(attribute => (Type)attribute.ConstructorArguments[0].Value!)
        .Where(type => !type.IsGenericType);

    private static string? ReadSample(string message)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(message);
        return stream is null ? null : new StreamReader(stream).ReadToEnd();
    }
}
