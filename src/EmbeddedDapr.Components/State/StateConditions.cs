using EmbeddedDapr.State;

namespace EmbeddedDapr.Components.State;

/// <summary>
/// Whether the conditions of a list of operations hold, as if they ran one after the other, without running any of them (contract section 3.6): an etag is
/// compared for every kind of write and never matches a missing key; first-write without etag wants the key to be missing.
/// </summary>
internal static class StateConditions
{
    /// <summary>Checks all of them.</summary>
    /// <param name="operations">The operations in order.</param>
    /// <param name="store">Passed to <paramref name="storedETag"/>.</param>
    /// <param name="storedETag">The etag of a key; null when it is missing or expired.</param>
    public static bool Hold<TStore>(IReadOnlyList<StateOperation> operations, TStore store, Func<TStore, string, string?> storedETag)
    {
        for (var i = 0; i < operations.Count; i++)
        {
            var operation = operations[i];
            var insertOnly = operation is { Kind: StateOperationKind.Upsert, FirstWrite: true, ETag: null };
            if (operation.ETag is null && !insertOnly)
            {
                continue;
            }

            var earlier = LastOfKey(operations, i, operation.Key);
            if (operation.ETag is { } wanted)
            {
                // What an earlier operation of the list wrote has a new etag, which nobody can know yet; what it deleted has none.
                if (earlier is not null || storedETag(store, operation.Key) != wanted)
                {
                    return false;
                }
            }
            else if (earlier is not null ? earlier.Kind == StateOperationKind.Upsert : storedETag(store, operation.Key) is not null)
            {
                return false;
            }
        }

        return true;
    }

    private static StateOperation? LastOfKey(IReadOnlyList<StateOperation> operations, int before, string key)
    {
        for (var i = before - 1; i >= 0; i--)
        {
            if (string.Equals(operations[i].Key, key, StringComparison.Ordinal))
            {
                return operations[i];
            }
        }

        return null;
    }
}
