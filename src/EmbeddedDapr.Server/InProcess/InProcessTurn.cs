using EmbeddedDapr.Actors;

namespace EmbeddedDapr.Server.InProcess;

/// <summary>
/// A request into an app that belongs to a reentrant chain. The SDK gives each such request a state cache of its own (contract section 2.6); so does
/// <see cref="InProcessActorStateManager"/>, which finds it here.
/// </summary>
internal sealed class InProcessTurn
{
    private static readonly AsyncLocal<InProcessTurn?> Here = new();
    private readonly Dictionary<InProcessActorStateManager, ActorStateCache> _caches = [];

    public static InProcessTurn? Current => Here.Value;

    /// <summary>Called where a request starts, in an execution context that is its own.</summary>
    public static void Enter(IHeaderDictionary headers)
    {
        if (headers.ContainsKey(ActorApi.ReentrancyHeader))
        {
            Here.Value = new InProcessTurn();
        }
    }

    public ActorStateCache CacheOf(InProcessActorStateManager owner)
    {
        lock (_caches)
        {
            if (!_caches.TryGetValue(owner, out var cache))
            {
                _caches.Add(owner, cache = new ActorStateCache());
            }

            return cache;
        }
    }
}
