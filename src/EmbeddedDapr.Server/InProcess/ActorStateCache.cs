using Dapr.Actors.Runtime;

namespace EmbeddedDapr.Server.InProcess;

/// <summary>A state that an actor has touched, and what is to become of it.</summary>
internal sealed class CachedState
{
    public required object? Value { get; set; }

    public required Type Type { get; set; }

    /// <summary>What saving has to do.</summary>
    public required StateChangeKind Change { get; set; }

    /// <summary>When it ends; null: never.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }

    public bool IsExpired(DateTimeOffset now) => ExpiresAt <= now;
}

/// <summary>What an actor has read and changed since the last save. Not thread safe: a turn is one thread of control.</summary>
internal sealed class ActorStateCache
{
    private readonly Dictionary<string, CachedState> _states = new(StringComparer.Ordinal);

    public IEnumerable<KeyValuePair<string, CachedState>> States => _states;

    public CachedState? Find(string name) => _states.GetValueOrDefault(name);

    public void Put(string name, object? value, Type type, StateChangeKind change, DateTimeOffset? expiresAt) =>
        _states[name] = new CachedState { Value = value, Type = type, Change = change, ExpiresAt = expiresAt };

    public void Forget(string name) => _states.Remove(name);

    public void Clear() => _states.Clear();

    /// <summary>Everything has been written.</summary>
    public void MarkSaved()
    {
        foreach (var (name, state) in _states)
        {
            if (state.Change == StateChangeKind.Remove)
            {
                _states.Remove(name);
            }
            else
            {
                state.Change = StateChangeKind.None;
            }
        }
    }
}
