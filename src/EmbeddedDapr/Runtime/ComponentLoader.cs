using EmbeddedDapr.Bindings;
using EmbeddedDapr.Components;
using EmbeddedDapr.Configuration.Stores;
using EmbeddedDapr.Locks;
using EmbeddedDapr.PubSub;
using EmbeddedDapr.Secrets;
using EmbeddedDapr.State;
using EmbeddedDapr.State.Encryption;
using Microsoft.Extensions.Logging;

namespace EmbeddedDapr.Runtime;

/// <summary>Makes the components of one app from resource files: secret stores first, then the rest in file order (contract sections 1.4, 8.1).</summary>
public static partial class ComponentLoader
{
    /// <summary>
    /// Makes every component in scope of the app. If one fails whose <c>ignoreErrors</c> is not set, those already made are disposed.
    /// </summary>
    /// <exception cref="ComponentException">Names that stand twice, types that are unknown, components that failed: all of them in one message.</exception>
    public static async Task<SidecarComponents> LoadAsync(
        ResourceSet resources,
        ComponentCatalog catalog,
        ComponentContext context,
        CancellationToken cancellationToken)
    {
        var duplicates = resources.Components.GroupBy(c => c.Spec.Name, StringComparer.Ordinal).Where(g => g.Skip(1).Any()).ToList();
        if (duplicates.Count > 0)
        {
            throw new ComponentException(string.Join("; ", duplicates.Select(g => $"duplicate component name '{g.Key}' in {string.Join(", ", g.Select(c => c.Source))}")));
        }

        var loading = new Loading(catalog, context);
        try
        {
            await loading.LoadAllAsync([.. resources.Components.Where(c => c.Spec.IsInScopeOf(context.AppId))], cancellationToken);
            loading.ThrowIfAnyFailed();
            return loading.Components();
        }
        catch
        {
            await loading.DisposeAsync();
            throw;
        }
    }

    private sealed partial class Loading(ComponentCatalog catalog, ComponentContext context) : IAsyncDisposable
    {
        private readonly Dictionary<string, Loaded<IStateStore>> _stateStores = new(StringComparer.Ordinal);
        private readonly Dictionary<string, Loaded<IPubSubComponent>> _pubSubs = new(StringComparer.Ordinal);
        private readonly Dictionary<string, Loaded<IInputBinding>> _inputs = new(StringComparer.Ordinal);
        private readonly Dictionary<string, Loaded<IOutputBinding>> _outputs = new(StringComparer.Ordinal);
        private readonly Dictionary<string, Loaded<ISecretStore>> _secretStores = new(StringComparer.Ordinal);
        private readonly Dictionary<string, Loaded<IConfigurationStore>> _configurationStores = new(StringComparer.Ordinal);
        private readonly Dictionary<string, Loaded<ILockStore>> _lockStores = new(StringComparer.Ordinal);
        private readonly List<IAsyncDisposable> _made = [];
        private readonly List<string> _faults = [];
        private readonly ILogger _logger = context.Loggers.CreateLogger(typeof(ComponentLoader));

        public async Task LoadAllAsync(IReadOnlyList<ComponentResource> resources, CancellationToken cancellationToken)
        {
            // Secret stores may take their own metadata from other secret stores, so each round loads what has its store by now.
            var waiting = resources.OrderBy(r => IsSecretStore(r) ? 0 : 1).ToList();
            while (waiting.Count > 0)
            {
                var ready = waiting.Where(r => Needs(r) is not { } store || _secretStores.ContainsKey(store)).ToList();
                if (ready.Count == 0)
                {
                    break;
                }

                // Only stores in a round that has some: what a component needs may be in one of them.
                ready = ready.Exists(IsSecretStore) ? [.. ready.Where(IsSecretStore)] : ready;
                foreach (var resource in ready)
                {
                    waiting.Remove(resource);
                    await LoadOneAsync(resource, cancellationToken);
                }
            }

            foreach (var resource in waiting)
            {
                // As daprd: it waits for a store that never comes, and the rest works (recorded: runtime-broken-components).
                Log.StoreMissing(_logger, resource.Spec.Name, Needs(resource)!);
            }
        }

        public void ThrowIfAnyFailed()
        {
            if (_faults.Count > 0)
            {
                throw new ComponentException(string.Join("; ", _faults));
            }
        }

        public SidecarComponents Components() => new()
        {
            StateStores = _stateStores,
            PubSubs = _pubSubs,
            InputBindings = _inputs,
            OutputBindings = _outputs,
            SecretStores = _secretStores,
            ConfigurationStores = _configurationStores,
            LockStores = _lockStores,
            Schedules = catalog.Schedules?.Invoke(context),
        };

        public async ValueTask DisposeAsync()
        {
            foreach (var component in Enumerable.Reverse(_made))
            {
                await component.DisposeAsync();
            }
        }

        private static bool IsSecretStore(ComponentResource resource) => resource.Spec.Type.StartsWith("secretstores.", StringComparison.Ordinal);

        private static string? Needs(ComponentResource resource) =>
            resource.SecretStore is { Length: > 0 } store && resource.Entries.Any(e => e.SecretName is not null) ? store : null;

        private async Task LoadOneAsync(ComponentResource resource, CancellationToken cancellationToken)
        {
            var spec = resource.Spec;
            try
            {
                using var timeout = new CancellationTokenSource(spec.InitTimeout, context.Time);
                using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
                var resolved = spec with { Metadata = await ResolveAsync(resource, linked.Token) };
                try
                {
                    await MakeAsync(resolved, resource, linked.Token);
                }
                catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
                {
                    throw new ComponentException($"init timed out after {GoDuration.Format(spec.InitTimeout)}");
                }

                Log.Loaded(_logger, spec.Name, spec.Type);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                if (spec.IgnoreErrors)
                {
                    Log.Ignored(_logger, e, spec.Name, spec.Type);
                    return;
                }

                _faults.Add($"component {spec.Name} ({spec.Type}) of {resource.Source}: {e.Message}");
            }
        }

        private async Task MakeAsync(ComponentSpec spec, ComponentResource resource, CancellationToken cancellationToken)
        {
            if (spec.Version is not ("" or "v0" or "v1")) // recorded: runtime-broken-components
            {
                throw new ComponentException($"couldn't find {spec.Type}/{spec.Version}");
            }

            switch (spec.Type.Split('.', 2)[0])
            {
                case "secretstores":
                    await MakeOneAsync(spec, Factory(catalog.SecretStores, spec), _secretStores, cancellationToken);
                    break;
                case "state":
                    StateKeys.CheckPrefix(spec);
                    await MakeStateStoreAsync(spec, resource, cancellationToken);
                    break;
                case "pubsub":
                    await MakeOneAsync(spec, Factory(catalog.PubSubs, spec), _pubSubs, cancellationToken);
                    break;
                case "configuration":
                    await MakeOneAsync(spec, Factory(catalog.ConfigurationStores, spec), _configurationStores, cancellationToken);
                    break;
                case "lock":
                    StateKeys.CheckPrefix(spec);
                    await MakeOneAsync(spec, Factory(catalog.LockStores, spec), _lockStores, cancellationToken);
                    break;
                case "bindings":
                    await MakeBindingAsync(spec, cancellationToken);
                    break;
                default:
                    throw Unknown(spec);
            }
        }

        private async Task MakeStateStoreAsync(ComponentSpec spec, ComponentResource resource, CancellationToken cancellationToken)
        {
            // A value says which key it needs by the name of the key's secret.
            var cipher = StateCipher.Of(
                spec.Metadata,
                name => resource.Entries.FirstOrDefault(entry => entry.Name.Equals(name, StringComparison.OrdinalIgnoreCase))?.SecretName is { Length: > 0 } secret ? secret : name);
            await MakeOneAsync(spec, Factory(catalog.StateStores, spec), _stateStores, cancellationToken);
            if (cipher is not null)
            {
                _stateStores[spec.Name] = _stateStores[spec.Name] with { Instance = new EncryptedStateStore(_stateStores[spec.Name].Instance, cipher) };
            }
        }

        // Without a direction a binding is made twice, as input and as output (contract section 5.5).
        private async Task MakeBindingAsync(ComponentSpec spec, CancellationToken cancellationToken)
        {
            var direction = BindingDirection.Of(spec);
            var input = catalog.InputBindings.GetValueOrDefault(spec.Type);
            var output = catalog.OutputBindings.GetValueOrDefault(spec.Type);
            if (input is null && output is null)
            {
                throw Unknown(spec);
            }

            if (input is not null && direction.MayRead)
            {
                await MakeOneAsync(spec, input, _inputs, cancellationToken);
            }

            if (output is not null && direction.MayWrite)
            {
                await MakeOneAsync(spec, output, _outputs, cancellationToken);
            }
        }

        private async Task MakeOneAsync<T>(ComponentSpec spec, ComponentFactory<T> factory, Dictionary<string, Loaded<T>> target, CancellationToken cancellationToken)
            where T : IAsyncDisposable
        {
            var instance = await factory(spec, context, cancellationToken);
            _made.Add(instance);
            target[spec.Name] = new Loaded<T>(spec, instance);
        }

        private static ComponentFactory<T> Factory<T>(Dictionary<string, ComponentFactory<T>> factories, ComponentSpec spec) =>
            factories.TryGetValue(spec.Type, out var factory) ? factory : throw Unknown(spec);

        private static ComponentException Unknown(ComponentSpec spec) => new($"couldn't find {spec.Type}/{spec.Version}");
    }

    private static partial class Log
    {
        [LoggerMessage(2100, LogLevel.Information, "Component {Name} ({Type}) is loaded.")]
        public static partial void Loaded(ILogger logger, string name, string type);

        [LoggerMessage(2101, LogLevel.Warning, "Component {Name} ({Type}) failed and says that its errors are to be ignored.")]
        public static partial void Ignored(ILogger logger, Exception exception, string name, string type);

        [LoggerMessage(2102, LogLevel.Error, "Component {Name} is not loaded: its secret store '{Store}' is not there.")]
        public static partial void StoreMissing(ILogger logger, string name, string store);

        [LoggerMessage(2103, LogLevel.Error, "Component {Name}: secret '{Secret}', key '{Key}', of metadata '{Entry}' could not be read; the value stays empty.")]
        public static partial void SecretMissing(ILogger logger, Exception? exception, string name, string entry, string secret, string key);

        [LoggerMessage(2104, LogLevel.Error, "Component {Name}: metadata '{Entry}' may not refer to the environment variable '{Variable}'; the value stays empty.")]
        public static partial void VariableRefused(ILogger logger, string name, string entry, string variable);
    }
}
