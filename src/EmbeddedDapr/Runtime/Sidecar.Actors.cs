using EmbeddedDapr.Actors;

namespace EmbeddedDapr.Runtime;

/// <content>Actors.</content>
public sealed partial class Sidecar
{
    private ActorApi? _actors;

    /// <summary>Actors of this app and, for calls, of every other app of the engine.</summary>
    public ActorApi Actors => Volatile.Read(ref _actors) ?? LazyInitializer.EnsureInitialized(ref _actors, () => new ActorApi(this, ActorRuntime));

    /// <summary>The actors of the whole engine. A sidecar made without one has a runtime of its own.</summary>
    public ActorRuntime ActorRuntime
    {
        get => Volatile.Read(ref field) ?? LazyInitializer.EnsureInitialized(ref field, () => new ActorRuntime(new ActorRuntimeOptions(), Time, Loggers));
        init;
    }
}
