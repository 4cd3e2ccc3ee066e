using System.Globalization;
using System.Text.Json;
using EmbeddedDapr.State;

namespace EmbeddedDapr.Actors;

/// <summary>The JSON form of a state transaction.</summary>
internal static class ActorStateJson
{
    /// <summary>
    /// Null: no such JSON, and <paramref name="fault"/> says why (400). Else the operations; when <paramref name="fault"/> is not empty one of them cannot be carried out
    /// (500), which only matters once the actor turned out to be active.
    /// </summary>
    public static IReadOnlyList<ActorStateOperation>? Parse(ReadOnlyMemory<byte> json, out string fault)
    {
        if (GoJson.Parse(json, out fault) is not { } document)
        {
            return null;
        }

        using (document)
        {
            var operations = new List<ActorStateOperation>();
            if (document.RootElement.ValueKind == JsonValueKind.Null)
            {
                return operations;
            }

            if (document.RootElement.ValueKind != JsonValueKind.Array)
            {
                fault = $"json: cannot unmarshal {GoJson.KindName(document.RootElement.ValueKind)} into Go value of type []api.TransactionalOperation";
                return null;
            }

            foreach (var element in document.RootElement.EnumerateArray())
            {
                if (element.ValueKind != JsonValueKind.Object || !TryText(element, "operation", out var kind))
                {
                    fault = $"json: cannot unmarshal {GoJson.KindName(element.ValueKind)} into Go value of type api.TransactionalOperation";
                    return null;
                }

                if (fault.Length == 0)
                {
                    fault = Read(element, kind, operations) ?? string.Empty;
                }
            }

            return operations;
        }
    }

    private static string? Read(JsonElement element, string kind, List<ActorStateOperation> operations)
    {
        if (kind.Length == 0)
        {
            return "operation is empty";
        }

        if (kind is not ("upsert" or "delete"))
        {
            return $"operation type {kind} not supported";
        }

        if (!element.TryGetProperty("request", out var request) || request.ValueKind != JsonValueKind.Object)
        {
            return "request data is empty";
        }

        if (!TryText(request, "key", out var key) || key.Length == 0)
        {
            return "missing key";
        }

        TryText(request, "etag", out var etag);
        var value = request.TryGetProperty("value", out var raw) ? JsonMarshal(raw) : "null"u8.ToArray();
        if (!TryTtl(request, out var ttl, out var fault))
        {
            return fault;
        }

        operations.Add(new ActorStateOperation(
            kind == "upsert" ? StateOperationKind.Upsert : StateOperationKind.Delete,
            key,
            value,
            etag.Length == 0 ? null : etag,
            ttl));
        return null;
    }

    private static byte[] JsonMarshal(JsonElement raw) => System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(raw).ToArray();

    private static bool TryTtl(JsonElement request, out TimeSpan? ttl, out string fault)
    {
        (ttl, fault) = (null, string.Empty);
        if (!request.TryGetProperty("metadata", out var metadata) || metadata.ValueKind != JsonValueKind.Object || !TryText(metadata, "ttlInSeconds", out var text) || text.Length == 0)
        {
            return true;
        }

        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds))
        {
            fault = $"error parsing TTL: incorrect value for metadata 'ttlInSeconds': strconv.ParseInt: parsing \"{text}\": invalid syntax";
            return false;
        }

        // 0 and -1 mean for ever; below that it is a mistake.
        if (seconds < -1)
        {
            fault = "error parsing TTL: incorrect value for metadata 'ttlInSeconds': must be -1 or greater";
            return false;
        }

        ttl = seconds > 0 ? TimeSpan.FromSeconds(seconds) : null;
        return true;
    }

    private static bool TryText(JsonElement element, string name, out string text)
    {
        text = string.Empty;
        if (!element.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return true;
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            return false;
        }

        text = value.GetString()!;
        return true;
    }
}
