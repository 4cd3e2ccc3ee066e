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
    public static IReadOnlyList<ActorStateOperation>? Parse(ReadOnlyMemory<byte> json, ActorStateTtl lifetimes, out string fault)
    {
        if (GoJson.ParseBody(json, out fault) is not { } document)
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
                var kind = string.Empty;
                if (element.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null) || (element.ValueKind == JsonValueKind.Object && !element.TryText("operation", out kind)))
                {
                    fault = $"json: cannot unmarshal {GoJson.KindName(element.ValueKind)} into Go value of type api.TransactionalOperation";
                    return null;
                }

                if (fault.Length == 0)
                {
                    fault = Read(element, kind, lifetimes, operations) ?? string.Empty;
                }
            }

            return operations;
        }
    }

    private static string? Read(JsonElement element, string kind, ActorStateTtl lifetimes, List<ActorStateOperation> operations)
    {
        if (element.ValueKind == JsonValueKind.Null || !element.TryMember("request", out var request) || request.ValueKind == JsonValueKind.Null)
        {
            return "request data is empty";
        }

        if (kind.Length == 0)
        {
            return "operation is empty";
        }

        if (kind is not ("upsert" or "delete"))
        {
            return $"operation type {kind} not supported";
        }

        if (request.ValueKind != JsonValueKind.Object)
        {
            return $"'' expected a map, got '{GoJson.KindName(request.ValueKind)}'";
        }

        if (!request.TryText("key", out var key) || !request.TryText("etag", out var etag))
        {
            return "1 error(s) decoding: expected type 'string'";
        }

        if (key.Length == 0)
        {
            return "missing key";
        }

        TimeSpan? ttl = null;
        if (kind == "upsert")
        {
            if (!TryTtlText(request, out var text))
            {
                return "1 error(s) decoding: 'Metadata' expected a map of type 'string'";
            }

            if (text is not null && lifetimes.TryRead(text, out ttl) is { } fault)
            {
                return fault;
            }
        }

        var value = request.TryMember("value", out var raw) ? JsonMarshal(raw) : "null"u8.ToArray();
        operations.Add(new ActorStateOperation(
            kind == "upsert" ? StateOperationKind.Upsert : StateOperationKind.Delete,
            key,
            value,
            etag.Length == 0 ? null : etag,
            ttl));
        return null;
    }

    private static byte[] JsonMarshal(JsonElement raw) => System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(raw).ToArray();

    /// <summary>The lifetime that is asked for; null: none. False: the metadata is no map of texts.</summary>
    private static bool TryTtlText(JsonElement request, out string? text)
    {
        text = null;
        if (!request.TryMember("metadata", out var metadata) || metadata.ValueKind == JsonValueKind.Null)
        {
            return true;
        }

        if (metadata.ValueKind != JsonValueKind.Object || metadata.EnumerateObject().Any(static entry => entry.Value.ValueKind is not (JsonValueKind.String or JsonValueKind.Null)))
        {
            return false;
        }

        // Names of metadata are texts like any other: their case counts.
        if (metadata.TryGetProperty("ttlInSeconds", out var ttl))
        {
            text = ttl.GetString() ?? string.Empty;
        }

        return true;
    }
}
