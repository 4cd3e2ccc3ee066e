using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DeviceFleet.Contracts.Devices;

/// <summary>
/// The name of one device: 1 to 64 characters of <c>A–Z a–z 0–9 . _ -</c>, the first a letter or a digit. It is the MQTT user name, the
/// second level of the device's topics and the actor id, so it holds nothing that any of the three gives a meaning to.
/// </summary>
[JsonConverter(typeof(DeviceIdJsonConverter))]
public readonly record struct DeviceId
{
    /// <summary>Longest id, in characters.</summary>
    public const int LengthMax = 64;

    private DeviceId(string value) => Value = value;

    /// <summary>The id as text; empty only for <c>default</c>.</summary>
    public string Value { get => field ?? string.Empty; }

    /// <summary>Reads an id; false when the text is no valid one.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out DeviceId id)
    {
        if (IsValid(text))
        {
            id = new DeviceId(text);
            return true;
        }

        id = default;
        return false;
    }

    /// <summary>Reads an id.</summary>
    /// <exception cref="FormatException">The text is no valid id.</exception>
    public static DeviceId Parse(string text) =>
        TryParse(text, out var id) ? id : throw new FormatException($"'{text}' is no device id: 1 to {LengthMax} of A-Z a-z 0-9 . _ -, first a letter or digit.");

    /// <inheritdoc/>
    public override string ToString() => Value;

    private static bool IsValid([NotNullWhen(true)] string? text)
    {
        if (string.IsNullOrEmpty(text) || text.Length > LengthMax || !char.IsAsciiLetterOrDigit(text[0]))
        {
            return false;
        }

        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-'))
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>Writes a <see cref="DeviceId"/> as a JSON string, and as the name of a member where it is a key.</summary>
public sealed class DeviceIdJsonConverter : JsonConverter<DeviceId>
{
    /// <inheritdoc/>
    public override DeviceId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        DeviceId.TryParse(reader.GetString(), out var id) ? id : throw new JsonException("Not a device id.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DeviceId value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);

    /// <inheritdoc/>
    public override DeviceId ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Read(ref reader, typeToConvert, options);

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, DeviceId value, JsonSerializerOptions options) =>
        writer.WritePropertyName(value.Value);
}
