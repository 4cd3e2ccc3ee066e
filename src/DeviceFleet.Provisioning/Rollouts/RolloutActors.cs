using System.Text.Json;
using Dapr.Actors.Client;
using DeviceFleet.Contracts.Rollouts;
using DeviceFleet.ServiceDefaults.Actors;

namespace DeviceFleet.Provisioning.Rollouts;

/// <summary>Calls rollouts' actors. Thread-safe.</summary>
internal sealed class RolloutActors(IActorProxyFactory factory)
{
    private const int ProxiesMax = 1_000;

    private readonly ProxyCache _proxies = new(factory, RolloutActorMethods.ActorType, ProxiesMax);

    public async Task<RolloutWatch> GetWatchAsync(string id, CancellationToken cancellationToken)
    {
        var watch = await _proxies[id].InvokeMethodAsync<JsonElement>(nameof(IRolloutTurns.GetWatch), cancellationToken);
        return watch.Deserialize(RolloutStateJson.Default.RolloutWatch)!;
    }

    public async Task<RolloutTurn> StepAsync(string id, RolloutSight sight, CancellationToken cancellationToken)
    {
        var message = JsonSerializer.SerializeToElement(sight, RolloutStateJson.Default.RolloutSight);
        var turn = await _proxies[id].InvokeMethodAsync<JsonElement, JsonElement>(nameof(IRolloutTurns.Step), message, cancellationToken);
        return turn.Deserialize(RolloutStateJson.Default.RolloutTurn)!;
    }

    public async Task<RolloutTasks> GetTasksAsync(string id, CancellationToken cancellationToken)
    {
        var tasks = await _proxies[id].InvokeMethodAsync<JsonElement>(nameof(IRolloutTurns.GetTasks), cancellationToken);
        return tasks.Deserialize(RolloutStateJson.Default.RolloutTasks)!;
    }

    public async Task<RolloutTurn> NoteDoneAsync(string id, RolloutTasksDone done, CancellationToken cancellationToken)
    {
        var message = JsonSerializer.SerializeToElement(done, RolloutStateJson.Default.RolloutTasksDone);
        var turn = await _proxies[id].InvokeMethodAsync<JsonElement, JsonElement>(nameof(IRolloutTurns.NoteDone), message, cancellationToken);
        return turn.Deserialize(RolloutStateJson.Default.RolloutTurn)!;
    }
}
