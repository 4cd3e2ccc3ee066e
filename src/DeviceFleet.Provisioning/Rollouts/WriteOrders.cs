using DeviceFleet.Workflows;

namespace DeviceFleet.Provisioning.Rollouts;

/// <summary>Writes the orders that a rollout has for its devices. Running it twice writes the same orders twice, which changes nothing the second time.</summary>
internal sealed class WriteOrders(RolloutActors rollouts, OrderWriter writer) : WorkflowActivity<string, RolloutTurn>
{
    public override async Task<RolloutTurn> RunAsync(WorkflowActivityContext context, string input)
    {
        var tasks = await rollouts.GetTasksAsync(input, CancellationToken.None);
        var done = tasks.Release is { } release ? await writer.WriteAsync(input, release, tasks.Tasks, CancellationToken.None) : [];
        return await rollouts.NoteDoneAsync(input, new RolloutTasksDone(done), CancellationToken.None);
    }
}
