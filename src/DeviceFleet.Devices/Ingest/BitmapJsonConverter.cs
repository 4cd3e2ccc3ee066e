using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DeviceFleet.Devices.Ingest;

/// <summary>Writes a bitmap as base64 of its words, little-endian: half the size of the numbers.</summary>
internal sealed class BitmapJsonConverter : JsonConverter<ulong[]?>
{
    public override ulong[]? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var bytes = reader.GetBytesFromBase64();
        if (bytes.Length != SequenceWindow.Depth / 8)
        {
            throw new JsonException("A window has 1,024 bits.");
        }

        return MemoryMarshal.Cast<byte, ulong>(bytes).ToArray();
    }

    public override void Write(Utf8JsonWriter writer, ulong[]? value, JsonSerializerOptions options) =>
        writer.WriteBase64StringValue(MemoryMarshal.AsBytes(value.AsSpan()));
}
