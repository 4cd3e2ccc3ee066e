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
                    fault = Read(element, kind, lifetimes, operations) ?? string.Empty;
                }
            }

            return operations;
        }
    }

    private static string? Read(JsonElement element, string kind, ActorStateTtl lifetimes, List<ActorStateOperation> operations)
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
        TimeSpan? ttl = null;
        if (kind == "upsert" && TtlText(request) is { } text && lifetimes.TryRead(text, out ttl) is { } fault)
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

    /// <summary>Null: no lifetime is asked for.</summary>
    private static string? TtlText(JsonElement request) =>
        request.TryGetProperty("metadata", out var metadata) && metadata.ValueKind == JsonValueKind.Object && metadata.TryGetProperty("ttlInSeconds", out var ttl)
        && ttl.ValueKind == JsonValueKind.String
            ? ttl.GetString()
            : null;

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
