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

    /// <summary>Reminders: what follows a failed try; null: the default. Only gRPC callers can set it, over HTTP it is ignored (recorded: reminder-failure-policy-drop).</summary>
    public ReminderFailurePolicy? FailurePolicy { get; init; }

    /// <summary>Reads the body; null and a reason in the real runtime's words when it is no such JSON.</summary>
    internal static ScheduleRequest? Parse(ReadOnlyMemory<byte> json, string alias, out string fault)
    {
        if (GoJson.Parse(json, out fault) is not { } document)
        {
            return null;
        }

        using (document)
        {
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                fault = $"json: cannot unmarshal {GoJson.KindName(root.ValueKind)} into Go value of type api.{alias}";
                return null;
            }

            if (root.TryGetProperty("failure_policy", out var policy) && policy.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null))
            {
                fault = $"json: cannot unmarshal {GoJson.KindName(policy.ValueKind)} into Go struct field .failure_policy of type common.JobFailurePolicy";
                return null;
            }

            var texts = new string[4];
            string[] names = ["dueTime", "period", "ttl", "callback"];
            for (var index = 0; index < names.Length; index++)
            {
                if (!TryText(root, names[index], out texts[index], out var kind))
                {
                    fault = $"json: cannot unmarshal {kind} into Go struct field .{alias}.{names[index]} of type string";
                    return null;
                }
            }

            return new ScheduleRequest
            {
                DueTime = texts[0],
                Period = texts[1],
                Ttl = texts[2],
                Callback = texts[3],
                Data = root.TryGetProperty("data", out var data) ? System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(data).ToArray() : default,
                Overwrite = !root.TryGetProperty("overwrite", out var overwrite) || overwrite.ValueKind != JsonValueKind.False,
            };
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

    private static bool TryText(JsonElement root, string name, out string text, out string kind)
    {
        (text, kind) = (string.Empty, string.Empty);
        if (!root.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return true;
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            kind = GoJson.KindName(value.ValueKind);
            return false;
        }

        text = value.GetString()!;
        return true;
    }
}
