using System.Buffers;
using System.Text.Json;

namespace EmbeddedDapr.Actors;

/// <summary>Body of a timer or reminder registration, texts as sent.</summary>
public sealed record ScheduleRequest
{
    /// <summary>When first; empty: see the feature.</summary>
    public string DueTime { get; init; } = string.Empty;

    /// <summary>How often; empty: once.</summary>
    public string Period { get; init; } = string.Empty;

    /// <summary>How long; empty: no end.</summary>
    public string Ttl { get; init; } = string.Empty;

    /// <summary>Timers: the method.</summary>
    public string Callback { get; init; } = string.Empty;

    /// <summary>Raw JSON; empty: none.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>Reminders: false refuses to replace.</summary>
    public bool Overwrite { get; init; } = true;

    /// <summary>Reads the body; null and a reason when it is no such JSON.</summary>
    internal static ScheduleRequest? Parse(ReadOnlyMemory<byte> json, out string fault)
    {
        fault = string.Empty;
        if (json.Length == 0)
        {
            fault = "EOF";
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                fault = $"json: cannot unmarshal {root.ValueKind.ToString().ToLowerInvariant()} into an object";
                return null;
            }

            if (root.TryGetProperty("failure_policy", out var policy) && policy.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null))
            {
                fault = "json: failure_policy is no object";
                return null;
            }

            var overwrite = root.TryGetProperty("overwrite", out var flag) && flag.ValueKind != JsonValueKind.Null ? flag.GetBoolean() : true;
            return new ScheduleRequest
            {
                DueTime = Text(root, "dueTime"),
                Period = Text(root, "period"),
                Ttl = Text(root, "ttl"),
                Callback = Text(root, "callback"),
                Data = root.TryGetProperty("data", out var data) ? System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(data).ToArray() : default,
                Overwrite = overwrite,
            };
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            fault = exception.Message;
            return null;
        }
    }

    /// <summary>The body of the callback.</summary>
    internal static byte[] CallbackBody(string? callback, ReadOnlyMemory<byte> data, string dueTime, string period)
    {
        var buffer = new ArrayBufferWriter<byte>(64 + data.Length);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
        {
            writer.WriteStartObject();
            if (callback is not null)
            {
                writer.WriteString("callback", callback);
            }

            if (data.Length > 0)
            {
                writer.WritePropertyName("data");
                writer.WriteRawValue(data.Span, skipInputValidation: true);
            }

            writer.WriteString("dueTime", dueTime);
            writer.WriteString("period", period);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static string Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value.GetString()! : string.Empty;
}
