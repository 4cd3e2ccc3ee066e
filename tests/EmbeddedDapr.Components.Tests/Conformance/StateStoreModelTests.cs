using System.Text;
using CsCheck;
using EmbeddedDapr.Components.InMemory;
using EmbeddedDapr.Components.Sqlite;
using EmbeddedDapr.Components.Sqlite.State;
using EmbeddedDapr.State;
using Microsoft.Extensions.Time.Testing;

namespace EmbeddedDapr.Components.Tests.Conformance;

/// <summary>Random histories of writes, reads and passing time; each store must answer as a dictionary would.</summary>
public sealed class StateStoreModelTests
{
    private static readonly Gen<Step> Steps = Gen.OneOf(
        Gen.Select(Gen.Int[0, 4], Gen.Int[0, 999], Gen.Int[0, 5]).Array[1, 4].Select(ops => new Step(ops, 0)),
        Gen.Int[1, 3].Select(seconds => new Step([], seconds)));

    [Fact]
    public async Task The_in_memory_store_behaves_as_the_model() =>
        await Steps.Array[1, 40].SampleAsync(async steps =>
        {
            var time = Clock();
            await using var store = new InMemoryStateStore(time);
            await CompareAsync(store, time, steps);
        }, iter: 200);

    [Fact]
    public async Task The_sqlite_store_behaves_as_the_model() =>
        await Steps.Array[1, 40].SampleAsync(async steps =>
        {
            var time = Clock();
            using var folder = new TestFolder();
            await using var store = await SqliteStateStore.OpenAsync(
                TestComponents.Spec("state.sqlite", ("connectionString", "state.db")),
                TestComponents.Context(time, folder.Path),
                new SqliteDatabaseOptions(),
                CancellationToken.None);
            await CompareAsync(store, time, steps);
        }, iter: 25);

    private static FakeTimeProvider Clock() => new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));

    private static async Task CompareAsync(IStateStore store, FakeTimeProvider time, Step[] steps)
    {
        var model = new Dictionary<string, (string Value, string? ETag, DateTimeOffset? Expires)>();
        foreach (var step in steps)
        {
            time.Advance(TimeSpan.FromSeconds(step.Seconds));
            var now = time.GetUtcNow();
            foreach (var gone in model.Where(entry => entry.Value.Expires <= now).Select(entry => entry.Key).ToList())
            {
                model.Remove(gone);
            }

            var operations = step.Operations.Select(op => Operation(op, model)).ToList();
            var expected = Apply(model, operations, now);
            Assert.Equal(expected, await store.WriteAsync(operations, CancellationToken.None));

            foreach (var key in Enumerable.Range(0, 5).Select(Key))
            {
                var stored = await store.GetAsync(key, CancellationToken.None);
                Assert.Equal(model.TryGetValue(key, out var known), stored is not null);
                if (stored is not null)
                {
                    Assert.Equal((known.Value, known.Expires), (Encoding.UTF8.GetString(stored.Value.Span), stored.ExpiresAt));
                    Assert.True(known.ETag is null || known.ETag == stored.ETag, "an untouched key keeps its etag");
                    model[key] = known with { ETag = stored.ETag };
                }
            }
        }
    }

    private static string Key(int number) => $"k{number}";

    private static StateOperation Operation((int Key, int Value, int Shape) op, Dictionary<string, (string Value, string? ETag, DateTimeOffset? Expires)> model)
    {
        var etag = model.TryGetValue(Key(op.Key), out var known) ? known.ETag : Guid.Empty.ToString();
        var upsert = new StateOperation { Kind = StateOperationKind.Upsert, Key = Key(op.Key), Value = Encoding.UTF8.GetBytes($"{op.Value}") };
        return op.Shape switch
        {
            0 => upsert,
            1 => upsert with { ETag = etag },
            2 => upsert with { FirstWrite = true },
            3 => upsert with { Ttl = TimeSpan.FromSeconds(1 + (op.Value % 4)) },
            4 => new StateOperation { Kind = StateOperationKind.Delete, Key = upsert.Key },
            _ => new StateOperation { Kind = StateOperationKind.Delete, Key = upsert.Key, ETag = op.Value % 3 == 0 ? "stale" : etag },
        };
    }

    private static StateWriteOutcome Apply(
        Dictionary<string, (string Value, string? ETag, DateTimeOffset? Expires)> model,
        List<StateOperation> operations,
        DateTimeOffset now)
    {
        var before = model.ToDictionary();
        foreach (var operation in operations)
        {
            var exists = model.TryGetValue(operation.Key, out var known);
            var refused = operation.ETag is { } etag ? !exists || known.ETag != etag : operation.FirstWrite && exists;
            if (refused)
            {
                model.Clear();
                foreach (var (key, value) in before)
                {
                    model[key] = value;
                }

                return StateWriteOutcome.ETagMismatch;
            }

            if (operation.Kind == StateOperationKind.Delete)
            {
                model.Remove(operation.Key);
            }
            else
            {
                // The etag is unknown until it is read.
                model[operation.Key] = (Encoding.UTF8.GetString(operation.Value.Span), null, operation.Ttl is { } ttl ? now + ttl : null);
            }
        }

        return StateWriteOutcome.Done;
    }

    private sealed record Step((int Key, int Value, int Shape)[] Operations, int Seconds);
}
