using System.Collections.Concurrent;
using Dapr.Actors;
using Dapr.Actors.Client;

namespace DeviceFleet.ServiceDefaults.Actors;

/// <summary>
/// JSON proxies of one actor type, kept, as making one costs ten times a call. The bound is kept by two generations: a proxy used lives in the young one; when that is half of
/// the bound it becomes the old one, and the old one, with what was not used since, goes. Thread-safe.
/// </summary>
/// <param name="factory">Makes those that are not kept.</param>
/// <param name="actorType">The type of the actors.</param>
/// <param name="proxiesMax">Most proxies kept; at least 2.</param>
public sealed class ProxyCache(IActorProxyFactory factory, string actorType, int proxiesMax)
{
    private readonly int _generationMax = proxiesMax / 2;
    private volatile ConcurrentDictionary<string, ActorProxy> _young = new();
    private volatile ConcurrentDictionary<string, ActorProxy> _old = new();
    private int _youngCount;

    /// <summary>The proxy of one actor.</summary>
    public ActorProxy this[string id]
    {
        get
        {
            var young = _young;
            if (young.TryGetValue(id, out var proxy))
            {
                return proxy;
            }

            proxy = _old.TryGetValue(id, out var known) ? known : factory.Create(new ActorId(id), actorType);
            if (young.TryAdd(id, proxy) && Interlocked.Increment(ref _youngCount) == _generationMax)
            {
                _old = young;
                _young = new ConcurrentDictionary<string, ActorProxy>();
                Volatile.Write(ref _youngCount, 0);
            }

            return proxy;
        }
    }
}
