using System.Collections.Concurrent;
using Dapr.Actors;
using Dapr.Actors.Client;

namespace DeviceFleet.Gateway.Actors;

/// <summary>
/// JSON proxies of one actor type, kept. The bound is kept by two generations: a proxy used lives in the young one; when that is half of the bound it becomes the old
/// one, and the old one, with what was not used since, goes. Thread-safe.
/// </summary>
internal sealed class ProxyCache(IActorProxyFactory factory, string actorType)
{
    /// <summary>Most proxies kept.</summary>
    private const int ProxiesMax = 20_000;

    private volatile ConcurrentDictionary<string, ActorProxy> _young = new();
    private volatile ConcurrentDictionary<string, ActorProxy> _old = new();
    private int _youngCount;

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
            if (young.TryAdd(id, proxy) && Interlocked.Increment(ref _youngCount) == ProxiesMax / 2)
            {
                _old = young;
                _young = new ConcurrentDictionary<string, ActorProxy>();
                Volatile.Write(ref _youngCount, 0);
            }

            return proxy;
        }
    }
}
