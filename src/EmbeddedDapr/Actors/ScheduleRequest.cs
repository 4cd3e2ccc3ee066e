using System.Buffers;
using System.Text.Json;

namespace EmbeddedDapr.Actors;

/// <summary>Body of a timer or reminder registration, texts as sent.</summary>
public sealed record ScheduleRequest
{
    private static readonly string[] TextNames = ["dueTime", "period", "ttl", "callback"];

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
        if (GoJson.ParseBody(json, out fault) is not { } document)
        {
            return null;
        }

        using (document)
        {
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Null)
            {
                return new ScheduleRequest();
            }

            if (root.ValueKind != JsonValueKind.Object)
            {
                fault = $"json: cannot unmarshal {GoJson.KindName(root.ValueKind)} into Go value of type api.{alias}";
                return null;
            }

            fault = Fault(root, alias);
            return fault.Length > 0 ? null : new ScheduleRequest
            {
                DueTime = Text(root, "dueTime"),
                Period = Text(root, "period"),
                Ttl = Text(root, "ttl"),
                Callback = Text(root, "callback"),
                Data = root.TryMember("data", out var data) ? System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(data).ToArray() : default,
                Overwrite = !root.TryMember("overwrite", out var overwrite) || overwrite.ValueKind != JsonValueKind.False,
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

    /// <summary>The first member of a wrong type, in Go's words; empty: none.</summary>
    private static string Fault(JsonElement root, string alias)
    {
        if (root.TryMember("failure_policy", out var policy) && policy.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null))
        {
            return $"json: cannot unmarshal {GoJson.KindName(policy.ValueKind)} into Go struct field .failure_policy of type common.JobFailurePolicy";
        }

        if (root.TryMember("overwrite", out var overwrite) && overwrite.ValueKind is not (JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null))
        {
            return $"json: cannot unmarshal {GoJson.KindName(overwrite.ValueKind)} into Go struct field .{alias}.overwrite of type bool";
        }

        foreach (var name in TextNames)
        {
            if (!root.TryText(name, out _))
            {
                root.TryMember(name, out var member);
                return $"json: cannot unmarshal {GoJson.KindName(member.ValueKind)} into Go struct field .{alias}.{name} of type string";
            }
        }

        return string.Empty;
    }

    private static string Text(JsonElement root, string name)
    {
        root.TryText(name, out var text);
        return text;
    }
}
