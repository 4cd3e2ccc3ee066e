using System.Text.Json;
using Dapr.Actors.Runtime;
using DeviceFleet.ServiceDefaults.Actors;
using DeviceFleet.Testing;

namespace DeviceFleet.Devices.Tests.Fakes;

/// <summary>A state manager in this process that keeps what it saves where the fake runtime keeps it.</summary>
internal sealed class MemoryStateManagers(FakeRuntime runtime) : IActorStateManagerFactory
{
    public IActorStateManager Create(ActorHost host) => new Manager(runtime, host);

    private sealed class Manager(FakeRuntime runtime, ActorHost host) : IActorStateManager
    {
        private readonly Dictionary<string, (object? Value, Type Type, bool Changed)> _cache = [];

        public Task SetStateAsync<T>(string stateName, T value, CancellationToken cancellationToken = default)
        {
            _cache[stateName] = (value, typeof(T), true);
            return Task.CompletedTask;
        }

        public Task<ConditionalValue<T>> TryGetStateAsync<T>(string stateName, CancellationToken cancellationToken = default)
        {
            if (!_cache.TryGetValue(stateName, out var entry))
            {
                if (!runtime.ActorState.TryGetValue(Key(stateName), out var json))
                {
                    return Task.FromResult(new ConditionalValue<T>(false, default!));
                }

                entry = (JsonSerializer.Deserialize<T>(json, host.JsonSerializerOptions), typeof(T), false);
                _cache[stateName] = entry;
            }

            return Task.FromResult(new ConditionalValue<T>(true, (T)entry.Value!));
        }

        public Task SaveStateAsync(CancellationToken cancellationToken = default)
        {
            var changed = _cache.Where(pair => pair.Value.Changed).ToList();
            if (changed.Count == 0)
            {
                return Task.CompletedTask;
            }

            foreach (var (name, (value, type, _)) in changed)
            {
                runtime.WriteActorState(Key(name), JsonSerializer.Serialize(value, type, host.JsonSerializerOptions));
                _cache[name] = (value, type, false);
            }

            return Task.CompletedTask;
        }

        public Task ClearCacheAsync(CancellationToken cancellationToken = default)
        {
            _cache.Clear();
            return Task.CompletedTask;
        }

        public Task UnloadStateAsync(string stateName, UnloadStateOptions options = null!, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task AddStateAsync<T>(string stateName, T value, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task AddStateAsync<T>(string stateName, T value, TimeSpan ttl, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<T> GetStateAsync<T>(string stateName, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task SetStateAsync<T>(string stateName, T value, TimeSpan ttl, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task RemoveStateAsync(string stateName, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<bool> TryAddStateAsync<T>(string stateName, T value, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<bool> TryAddStateAsync<T>(string stateName, T value, TimeSpan ttl, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<bool> TryRemoveStateAsync(string stateName, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<bool> ContainsStateAsync(string stateName, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<T> GetOrAddStateAsync<T>(string stateName, T value, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<T> GetOrAddStateAsync<T>(string stateName, T value, TimeSpan ttl, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<T> AddOrUpdateStateAsync<T>(
            string stateName, T addValue, Func<string, T, T> updateValueFactory, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<T> AddOrUpdateStateAsync<T>(
            string stateName, T addValue, Func<string, T, T> updateValueFactory, TimeSpan ttl, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        private string Key(string name) => $"{host.ActorTypeInfo.ActorTypeName}||{host.Id.GetId()}||{name}";
    }
}
