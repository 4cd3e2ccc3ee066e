using System.Text.Json;
using EmbeddedDapr.State;

namespace EmbeddedDapr.Server.Http;

/// <summary>Reads the bodies of the HTTP state API (contract section 3.2). Values are decoded and encoded again. An answer of null comes with the reason.</summary>
internal static class StateBodies
{
    private const string ItemType = "SetRequest";

    public static List<StateItem>? Items(ReadOnlyMemory<byte> body, IReadOnlyDictionary<string, string>? queryMetadata, out string error)
    {
        if (GoJson.ParseBody(body, out error) is not { } document)
        {
            return null;
        }

        using (document)
        {
            var items = new List<StateItem>();
            switch (document.RootElement.ValueKind)
            {
                case JsonValueKind.Null:
                    return items;
                case not JsonValueKind.Array:
                    error = JsonMembers.WrongValue(document.RootElement, "[]state.SetRequest");
                    return null;
            }

            foreach (var element in document.RootElement.EnumerateArray())
            {
                if (Item(element, queryMetadata, ref error) is not { } item)
                {
                    return null;
                }

                if (item.Key.Length == 0)
                {
                    error = "\"key\" is a required field";
                    return null;
                }

                items.Add(item);
            }

            return items;
        }
    }

    public static List<string>? Keys(ReadOnlyMemory<byte> body, out string error)
    {
        const string Type = "http.BulkGetRequest";
        if (GoJson.ParseBody(body, out error) is not { } document)
        {
            return null;
        }

        using (document)
        {
            var keys = new List<string>();
            if (document.RootElement.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null))
            {
                error = JsonMembers.WrongValue(document.RootElement, Type);
                return null;
            }

            if (document.RootElement.Member("keys") is not { } list)
            {
                return keys;
            }

            if (list.ValueKind != JsonValueKind.Array || list.EnumerateArray().Any(key => key.ValueKind != JsonValueKind.String))
            {
                error = "json: cannot unmarshal into Go struct field BulkGetRequest.keys of type []string";
                return null;
            }

            keys.AddRange(list.EnumerateArray().Select(key => key.GetString()!));
            return keys;
        }
    }

    /// <summary>Less is checked than in a save: an operation without key or request passes (recorded: state-transaction-bad).</summary>
    public static List<StateTransactionItem>? Transaction(ReadOnlyMemory<byte> body, out string error)
    {
        if (GoJson.ParseBody(body, out error) is not { } document)
        {
            return null;
        }

        using (document)
        {
            var operations = new List<StateTransactionItem>();
            if (document.RootElement.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null))
            {
                error = JsonMembers.WrongValue(document.RootElement, "http.stateTransactionRequestBody");
                return null;
            }

            if (document.RootElement.Member("operations") is not { } list)
            {
                return operations;
            }

            if (list.ValueKind != JsonValueKind.Array)
            {
                error = "json: cannot unmarshal into Go struct field stateTransactionRequestBody.operations";
                return null;
            }

            foreach (var element in list.EnumerateArray())
            {
                if (!element.TryText("stateTransactionRequestBodyOperation", "operation", out var word, ref error)
                    || Item(element.Member("request"), null, ref error) is not { } item)
                {
                    return null;
                }

                operations.Add(new(word, item));
            }

            return operations;
        }
    }

    private static StateItem? Item(JsonElement? element, IReadOnlyDictionary<string, string>? queryMetadata, ref string error)
    {
        if (element is not { } item)
        {
            return new() { Key = string.Empty, Value = "null"u8.ToArray() };
        }

        if (item.ValueKind != JsonValueKind.Object)
        {
            error = JsonMembers.WrongValue(item, "state.SetRequest");
            return null;
        }

        var options = item.Member("options") ?? default;
        byte[]? value = null;
        if (!item.TryText(ItemType, "key", out var key, ref error)
            || !item.TryText(ItemType, "etag", out var etag, ref error)
            || !item.TryMap(ItemType, "metadata", out var metadata, ref error)
            || !options.TryText("SetStateOption", "concurrency", out var concurrency, ref error)
            || !options.TryText("SetStateOption", "consistency", out var consistency, ref error)
            || (value = item.Member("value") is { } given ? GoJson.Reencode(given, out error) : "null"u8.ToArray()) is null)
        {
            return null;
        }

        foreach (var (name, text) in queryMetadata ?? new Dictionary<string, string>())
        {
            (metadata ??= new(StringComparer.Ordinal))[name] = text;
        }

        return new() { Key = key, Value = value, ETag = etag, Metadata = metadata, Concurrency = concurrency, Consistency = consistency };
    }
}
