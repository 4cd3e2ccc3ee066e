using Microsoft.Extensions.Logging;

namespace EmbeddedDapr.Actors;

/// <content>What can be seen of the actors from outside. It is looked at without stopping anybody, so one answer may mix two moments.</content>
internal sealed partial class HostedActorType
{
    private readonly SlowTurns _slowTurns;

    public ActorTypeDescription Describe()
    {
        var (active, waiting) = (0, 0L);

        // Entry by entry: the dictionary's own list of values would stop all who add to it.
        foreach (var (_, actor) in _actors)
        {
            active++;
            waiting += actor.Waiting;
        }

        return new ActorTypeDescription(Name, active, waiting);
    }

    /// <summary>Null: not active.</summary>
    public ActorDescription? Describe(string actorId) => _actors.TryGetValue(actorId, out var actor) && actor.IsActive ? Describe(actor) : null;

    /// <summary>The actors with the smallest ids after <paramref name="after"/>, at most <paramref name="limit"/>.</summary>
    public ActorPage Page(string after, int limit)
    {
        // The largest of the smallest is at the front, to make room for a smaller one: a page of a million actors needs no sorted million.
        var smallest = new PriorityQueue<ActorTurns, string>(Comparer<string>.Create(static (one, other) => string.CompareOrdinal(other, one)));
        var isCut = false;
        foreach (var (id, actor) in _actors)
        {
            if (!actor.IsActive || string.CompareOrdinal(id, after) <= 0)
            {
                continue;
            }

            smallest.Enqueue(actor, id);
            if (smallest.Count > limit)
            {
                smallest.Dequeue();
                isCut = true;
            }
        }

        var actors = new ActorDescription[smallest.Count];
        for (var index = actors.Length - 1; index >= 0; index--)
        {
            actors[index] = Describe(smallest.Dequeue());
        }

        return new ActorPage(actors, isCut && actors.Length > 0 ? actors[^1].Id : null);
    }

    /// <summary>Slow turns that have ended, oldest first, then those under way.</summary>
    public IEnumerable<SlowTurn> SlowTurns()
    {
        var now = _runtime.Time.GetUtcNow();
        List<SlowTurn> turns = [.. _slowTurns.All()];
        foreach (var (_, actor) in _actors)
        {
            if (Describe(actor).Turn is { } turn && turn.Elapsed >= _runtime.Options.SlowTurnThreshold)
            {
                turns.Add(new SlowTurn(Name, actor.Id, turn.Kind, turn.Name, now - turn.Elapsed, turn.Elapsed, IsRunning: true));
            }
        }

        return turns;
    }

    private ActorDescription Describe(ActorTurns actor)
    {
        var turn = actor.Turn is { } current ? new TurnDescription(KindName(current.Kind), current.Name, _runtime.Time.GetElapsedTime(current.Started)) : null;
        return new ActorDescription(actor.Id, actor.Waiting, turn);
    }

    private void NoteIfSlow(string actorId, in ActorTurn turn, long started, long ended)
    {
        var elapsed = _runtime.Time.GetElapsedTime(started, ended);
        if (elapsed >= _runtime.Options.SlowTurnThreshold)
        {
            _slowTurns.Add(new SlowTurn(Name, actorId, KindName(turn.Kind), turn.Name, _runtime.Time.GetUtcNow() - elapsed, elapsed, IsRunning: false));
            Log.SlowTurn(_logger, Name, actorId, turn.Name, elapsed);
        }
    }

    private static string KindName(ActorTurnKind kind) => kind switch
    {
        ActorTurnKind.Method => "method",
        ActorTurnKind.Reminder => "reminder",
        ActorTurnKind.Timer => "timer",
        ActorTurnKind.Deactivation => "deactivation",
    };

    private static partial class Log
    {
        [LoggerMessage(1004, LogLevel.Warning, "Actor {ActorType}/{ActorId}: {Name} took {Elapsed}; whoever calls this actor had to wait for it")]
        public static partial void SlowTurn(ILogger logger, string actorType, string actorId, string name, TimeSpan elapsed);
    }
}
