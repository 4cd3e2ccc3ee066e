using System.Collections.Concurrent;
using EmbeddedDapr.Components.Configuration;
using EmbeddedDapr.Components.Cron;
using EmbeddedDapr.Components.Http;
using EmbeddedDapr.Components.InMemory;
using EmbeddedDapr.Components.LocalStorage;
using EmbeddedDapr.Components.Sqlite;
using EmbeddedDapr.Components.Sqlite.PubSub;
using EmbeddedDapr.Components.Sqlite.State;
using EmbeddedDapr.Locks;
using EmbeddedDapr.PubSub;
using EmbeddedDapr.State;

namespace EmbeddedDapr.Components;

/// <summary>The component types that come with the runtime.</summary>
public static partial class BuiltInComponents
{
    /// <summary>
    /// A catalog of <c>state.in-memory</c>, <c>state.sqlite</c>, <c>pubsub.in-memory</c>, <c>pubsub.sqlite</c>, <c>lock.in-memory</c>, <c>configuration.file</c> and
    /// the bindings that need no library. SQLite paths are relative to
    /// <see cref="ComponentContext.BaseDirectory"/>; components that name one file share its writer. Components of type <c>pubsub.in-memory</c> that
    /// have one name and namespace and come from one catalog reach each other, whichever app they belong to; so do those of type <c>lock.in-memory</c>.
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
        var brokers = new ConcurrentDictionary<(string Namespace, string Name), InMemoryBroker>();
        catalog.PubSubs.Add(
            "pubsub.in-memory",
            (spec, context, _) =>
            {
                var broker = brokers.GetOrAdd((context.Namespace, spec.Name), static _ => new InMemoryBroker());
                return ValueTask.FromResult<IPubSubComponent>(new InMemoryPubSub(spec, context, broker, options.InMemoryQueueLength));
            });
        catalog.PubSubs.Add(
            "pubsub.sqlite",
            (spec, context, cancellationToken) => SqlitePubSub.OpenAsync(spec, context, sqlite, options, cancellationToken));
        catalog.Schedules = static _ => new InMemoryReminderStore();
        var locks = new ConcurrentDictionary<(string Namespace, string Name), InMemoryLockStore>();
        catalog.LockStores.Add(
            "lock.in-memory",
            (spec, context, _) => ValueTask.FromResult<ILockStore>(locks.GetOrAdd((context.Namespace, spec.Name), static (_, time) => new InMemoryLockStore(time), context.Time)));
        catalog.ConfigurationStores.Add("configuration.file", static (spec, context, _) => ValueTask.FromResult(FileConfigurationStore.Open(spec, context)));
        return catalog.AddCron().AddHttp().AddLocalStorage();
    }
}
