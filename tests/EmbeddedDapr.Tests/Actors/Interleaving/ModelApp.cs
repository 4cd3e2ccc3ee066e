using EmbeddedDapr.Actors;
using EmbeddedDapr.Apps;
using EmbeddedDapr.State;

namespace EmbeddedDapr.Tests.Actors.Interleaving;

/// <summary>
/// An app whose actors do anything at all, and which notes whatever the runtime must not do to them: two turns at once, a turn in an instance that is gone, calls out of order,
/// ticks that are early, lost or too many.
/// </summary>
internal sealed class ModelApp(Scenario scenario) : IActorHost
{
    private readonly Dictionary<string, Instance> _instances = [];
    private readonly Dictionary<string, int> _lastCall = [];
    private readonly Dictionary<string, DateTimeOffset> _lastTurnEnd = [];

    /// <summary>Turns under way.</summary>
    public int Running { get; private set; }

    public async ValueTask<ApiResult<AppResponse>> SendAsync(string actorType, string actorId, ActorTurn turn, CancellationToken cancellationToken)
    {
        var actor = $"{actorType}/{actorId}";
        var registration = turn.Tick is { } tick ? scenario.Registrations[int.Parse(tick.Data.Span, provider: null)] : null;
        scenario.Note($"{turn.Kind} {turn.Name} of {actor} begins {registration}");
        if (turn.Kind == ActorTurnKind.Deactivation)
        {
            return await DeactivateAsync(actor);
        }

        var instance = Enter(actor, turn, out var chain);
        if (registration?.Begin(scenario.Now) is { } fault)
        {
            scenario.Check(holds: false, fault);
        }

        var succeeded = false;
        try
        {
            for (var steps = scenario.Random.Next(4); steps > 0; steps--)
            {
                cancellationToken.ThrowIfCancellationRequested();
                await StepAsync(actorType, actorId, chain, cancellationToken);
                scenario.Check(_instances.GetValueOrDefault(actor) == instance && !instance.IsDeactivating, $"{turn.Name} of {actor} runs in an instance that is gone");
            }

            succeeded = scenario.IsOver || scenario.Random.Next(8) > 0;
            return new AppResponse { Status = succeeded ? 200 : 500 };
        }
        finally
        {
            registration?.End(succeeded);
            instance.Turns.Remove(turn.Name);
            Running--;
            _lastTurnEnd[actor] = scenario.Now;
            scenario.Note($"{turn.Kind} {turn.Name} of {actor} ends {succeeded}");
        }
    }

    private Instance Enter(string actor, in ActorTurn turn, out string? chain)
    {
        chain = turn.Headers?.FirstOrDefault(header => header.Key == ActorApi.ReentrancyHeader).Value;
        if (!_instances.TryGetValue(actor, out var instance))
        {
            _instances.Add(actor, instance = new Instance());
        }

        scenario.Check(!instance.IsDeactivating, $"{turn.Name} of {actor} begins while it is deactivated");
        var joins = instance.Turns.Count > 0 && chain is not null && chain == instance.Chain;
        scenario.Check(instance.Turns.Count == 0 || joins, $"{turn.Name} ({chain}) begins beside {string.Join(", ", instance.Turns)} ({instance.Chain}) of {actor}");
        scenario.Check(instance.Turns.Count < Scenario.DepthMax, $"{instance.Turns.Count + 1} calls deep in {actor}");
        if (turn.Kind == ActorTurnKind.Method && turn.Name[0] == Scenario.TopLevel)
        {
            var number = int.Parse(turn.Name.AsSpan(1), provider: null);
            scenario.Check(number > _lastCall.GetValueOrDefault(actor), $"call {number} of {actor} begins after call {_lastCall.GetValueOrDefault(actor)}");
            _lastCall[actor] = number;
        }

        instance.Chain = chain;
        instance.Turns.Add(turn.Name);
        Running++;
        return instance;
    }

    private async ValueTask<ApiResult<AppResponse>> DeactivateAsync(string actor)
    {
        var idle = scenario.Now - _lastTurnEnd.GetValueOrDefault(actor, DateTimeOffset.MinValue);
        scenario.Check(idle >= Scenario.IdleTimeout, $"{actor} is deactivated after {idle}");
        var instance = _instances.GetValueOrDefault(actor, new Instance());
        scenario.Check(instance.Turns.Count == 0, $"{actor} is deactivated in a turn");
        scenario.Check(!instance.IsDeactivating, $"{actor} is deactivated twice");
        instance.IsDeactivating = true;
        for (var steps = scenario.Random.Next(3); steps > 0; steps--)
        {
            await Task.Yield();
        }

        _instances.Remove(actor);
        return new AppResponse { Status = scenario.Random.Next(4) > 0 ? 200 : 500 };
    }

    private async Task StepAsync(string actorType, string actorId, string? chain, CancellationToken cancellationToken)
    {
        switch (scenario.Random.Next(6))
        {
            case 0 when chain is not null:
                await scenario.NestedCallAsync(actorId, chain, cancellationToken);
                break;
            case 1:
                var error = await scenario.Actors.WriteStateAsync(
                    actorType, actorId, [new ActorStateOperation(StateOperationKind.Upsert, "k", "1"u8.ToArray())], CancellationToken.None);
                scenario.Check(error is null, $"{actorType}/{actorId} in its turn: {error?.Message}");
                break;
            case 2:
                await scenario.ScheduleAsync(actorType, actorId);
                break;
            default:
                await Task.Yield();
                break;
        }
    }

    private sealed class Instance
    {
        public List<string> Turns { get; } = [];

        public string? Chain { get; set; }

        public bool IsDeactivating { get; set; }
    }
}
