using System.Globalization;
using System.Text.Json;
using EmbeddedDapr.Components;
using EmbeddedDapr.Runtime;
using EmbeddedDapr.State;

namespace EmbeddedDapr.Actors;

/// <summary>One write of an actor's state.</summary>
/// <param name="Kind">Upsert or delete.</param>
/// <param name="Key">The actor's own name for it.</param>
/// <param name="Value">Raw JSON.</param>
/// <param name="ETag">Null: not compared.</param>
/// <param name="Ttl">Lifetime; null: for ever.</param>
public readonly record struct ActorStateOperation(StateOperationKind Kind, string Key, ReadOnlyMemory<byte> Value, string? ETag = null, TimeSpan? Ttl = null);

/// <content>State (contract section 2.5). Values are kept as the JSON text that was sent.</content>
public sealed partial class ActorApi
{
    private const string StoreFlag = "actorStateStore";
    private readonly Loaded<IStateStore>? _store;
    private readonly string _statePrefix;

    /// <summary>A value; null: there is none. Asks neither whether the type is hosted nor whether the actor is active, as daprd does not.</summary>
    public async ValueTask<ApiResult<StateValue?>> GetStateAsync(string actorType, string actorId, string key, CancellationToken cancellationToken)
    {
        if (ActorNames.IsReserved(actorType))
        {
            return ApiErrors.ActorTypeReserved(actorType);
        }

        if (_store is null)
        {
            return ApiErrors.ActorRuntimeNotFound();
        }

        try
        {
            return await _store.Instance.GetAsync(StateKey(actorType, actorId, key), cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return ApiErrors.ActorStateGet(exception.Message);
        }
    }

    /// <summary>Carries out a transaction in the JSON form of the HTTP API.</summary>
    public ValueTask<ApiError?> WriteStateAsync(string actorType, string actorId, ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        var parsed = ActorStateJson.Parse(json, out var fault);
        return parsed is null
            ? new(ApiErrors.MalformedRequest(fault))
            : WriteStateAsync(actorType, actorId, parsed, fault.Length == 0 ? null : fault, cancellationToken);
    }

    /// <summary>Carries out all operations in order, or none. Null: done, and durable where the store is.</summary>
    public ValueTask<ApiError?> WriteStateAsync(string actorType, string actorId, IReadOnlyList<ActorStateOperation> operations, CancellationToken cancellationToken) =>
        WriteStateAsync(actorType, actorId, operations, fault: null, cancellationToken);

    private static Loaded<IStateStore>? FindStore(Sidecar sidecar)
    {
        var stores = sidecar.Components.StateStores.Values.Where(store => store.Spec.Metadata.Flag(StoreFlag)).ToArray();
        if (stores.Length > 1)
        {
            throw new ComponentException($"detected duplicate actor state store: {stores[0].Spec.Name} and {stores[1].Spec.Name}");
        }

        const StateStoreFeatures needed = StateStoreFeatures.ETag | StateStoreFeatures.Transactional;
        return stores is [var store] && (store.Instance.Features & needed) == needed ? store : null;
    }

    private async ValueTask<ApiError?> WriteStateAsync(
        string actorType,
        string actorId,
        IReadOnlyList<ActorStateOperation> operations,
        string? fault,
        CancellationToken cancellationToken)
    {
        if (ActorNames.IsReserved(actorType))
        {
            return ApiErrors.ActorTypeReserved(actorType);
        }

        if (_store is null || Runtime.Find(actorType) is not { } type || type.Sidecar != _sidecar || !type.IsActive(actorId))
        {
            return ApiErrors.ActorInstanceMissing();
        }

        if (fault is not null)
        {
            return ApiErrors.ActorStateTransaction(fault);
        }

        if (operations.Count == 0)
        {
            return null;
        }

        try
        {
            var writes = new StateOperation[operations.Count];
            for (var index = 0; index < writes.Length; index++)
            {
                var operation = operations[index];
                writes[index] = new StateOperation
                {
                    Kind = operation.Kind,
                    Key = StateKey(actorType, actorId, operation.Key),
                    Value = operation.Value,
                    ETag = operation.ETag,
                    Ttl = operation.Ttl,
                };
            }

            return await _store.Instance.WriteAsync(writes, cancellationToken) switch
            {
                StateWriteOutcome.Done => null,
                StateWriteOutcome.ETagMismatch => ApiErrors.ActorStateTransaction("possible etag mismatch. error from state store: etag mismatch"),
                StateWriteOutcome.ETagInvalid => ApiErrors.ActorStateTransaction("invalid etag value"),
            };
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return ApiErrors.ActorStateTransaction(exception.Message);
        }
    }

    private string StateKey(string actorType, string actorId, string key) => string.Concat(_statePrefix, string.Concat(actorType, "||", actorId), "||", key);
}

/// <summary>The JSON form of a state transaction.</summary>
internal static class ActorStateJson
{
    /// <summary>
    /// Null: no such JSON, and <paramref name="fault"/> says why (400). Else the operations; when <paramref name="fault"/> is not empty one of them cannot be carried out
    /// (500), which only matters once the actor turned out to be active.
    /// </summary>
    public static IReadOnlyList<ActorStateOperation>? Parse(ReadOnlyMemory<byte> json, out string fault)
    {
        fault = string.Empty;
        var operations = new List<ActorStateOperation>();
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind == JsonValueKind.Null)
            {
                return operations;
            }

            if (document.RootElement.ValueKind != JsonValueKind.Array)
            {
                fault = $"json: cannot unmarshal {Kind(document.RootElement)} into Go value of type []state operations";
                return null;
            }

            foreach (var element in document.RootElement.EnumerateArray())
            {
                if (element.ValueKind != JsonValueKind.Object || !TryText(element, "operation", out var kind))
                {
                    fault = "json: an operation is no object, or its name no text";
                    return null;
                }

                if (fault.Length == 0)
                {
                    fault = Read(element, kind, operations) ?? string.Empty;
                }
            }

            return operations;
        }
        catch (JsonException exception)
        {
            fault = json.Length == 0 ? "EOF" : exception.Message;
            return null;
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
            fault = $"incorrect value for metadata 'ttlInSeconds': strconv.Atoi: parsing \"{text}\": invalid syntax";
            return false;
        }

        // 0 and -1 mean for ever; below that it is a mistake.
        if (seconds < -1)
        {
            fault = $"incorrect value for metadata 'ttlInSeconds': {seconds}";
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

    private static string Kind(JsonElement element) => element.ValueKind.ToString().ToLowerInvariant();
}
