using EmbeddedDapr.Components.InMemory;
using EmbeddedDapr.Components.Sqlite;
using EmbeddedDapr.Components.Sqlite.State;
using EmbeddedDapr.State;

namespace EmbeddedDapr.Components;

/// <summary>The component types that come with the runtime.</summary>
public static partial class BuiltInComponents
{
    /// <summary>
    /// A catalog of <c>state.in-memory</c> and <c>state.sqlite</c>. SQLite paths are relative to
    /// <see cref="ComponentContext.BaseDirectory"/>; components that name one file share its writer.
    /// </summary>
    public static ComponentCatalog Catalog(BuiltInComponentsOptions? options = null)
    {
        options ??= new BuiltInComponentsOptions();
        var sqlite = new SqliteDatabaseOptions
        {
            QueueLength = options.SqliteQueueLength,
            BatchMax = options.SqliteBatchMax,
            ReadersMax = options.SqliteReadersMax,
        };
        var catalog = new ComponentCatalog();
        catalog.StateStores.Add("state.in-memory", static (_, context, _) => ValueTask.FromResult<IStateStore>(new InMemoryStateStore(context.Time)));
        catalog.StateStores.Add("state.sqlite", (spec, context, cancellationToken) => SqliteStateStore.OpenAsync(spec, context, sqlite, cancellationToken));
        return catalog;
    }
}
