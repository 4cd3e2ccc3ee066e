using System.Text.Json;
using EmbeddedDapr.State;
using Orleans.Storage;

namespace DeviceFleet.Peer.Orleans;

/// <summary>Grain state in the same SQLite store with the same group commit (WAL, FULL) that our actors use, so that only what lies between broker and store differs.</summary>
internal sealed class SqliteGrainStorage(IStateStore store) : IGrainStorage
{
    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var stored = await store.GetAsync(grainId.ToString(), CancellationToken.None);
        grainState.RecordExists = stored is not null;
        grainState.ETag = stored?.ETag;
        grainState.State = stored is null ? Activator.CreateInstance<T>() : JsonSerializer.Deserialize<T>(stored.Value.Span)!;
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var value = JsonSerializer.SerializeToUtf8Bytes(grainState.State);
        await store.WriteAsync([new StateOperation { Kind = StateOperationKind.Upsert, Key = grainId.ToString(), Value = value }], CancellationToken.None);
        grainState.RecordExists = true;
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await store.WriteAsync([new StateOperation { Kind = StateOperationKind.Delete, Key = grainId.ToString() }], CancellationToken.None);
        grainState.RecordExists = false;
    }
}
