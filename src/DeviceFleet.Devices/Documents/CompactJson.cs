using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DeviceFleet.Contracts;

namespace DeviceFleet.Devices.Documents;

/// <summary>JSON as it is counted against bounds and as it goes to devices: no white space, and no character escaped that JSON lets stand.</summary>
internal static class CompactJson
{
    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonSerializerOptions Messages = new(ContractsJson.Default.Options)
    {
        TypeInfoResolver = ContractsJson.Default,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>A message of the contracts as a payload.</summary>
    public static byte[] Payload<TMessage>(TMessage message) => JsonSerializer.SerializeToUtf8Bytes(message, (JsonTypeInfo<TMessage>)Messages.GetTypeInfo(typeof(TMessage)));

    /// <summary>Its size in bytes; null when it holds a text that is no Unicode, and so cannot be written.</summary>
    public static int? BytesOf(JsonElement value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        try
        {
            using var writer = new Utf8JsonWriter(buffer, Writing);
            value.WriteTo(writer);
            writer.Flush();
            return buffer.WrittenCount;
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            // Half of a surrogate pair, or bytes that are no UTF-8: the reader lets both pass.
            return null;
        }
    }

    /// <summary>How deep objects and arrays are nested in it; 0: it is neither.</summary>
    public static int DepthOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => 1 + value.EnumerateObject().Select(member => DepthOf(member.Value)).DefaultIfEmpty().Max(),
        JsonValueKind.Array => 1 + value.EnumerateArray().Select(DepthOf).DefaultIfEmpty().Max(),
        JsonValueKind.Undefined or JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null => 0,
    };
}
