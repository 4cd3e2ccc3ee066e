using DeviceFleet.Workflows;

namespace DeviceFleet.Provisioning.Rollouts;

/// <summary>Looks at the devices that a rollout has to know of, and lets it go on. Running it twice is looking twice.</summary>
internal sealed class LookAtDevices(RolloutActors rollouts, DeviceLooks looks) : WorkflowActivity<string, RolloutTurn>
{
    public override async Task<RolloutTurn> RunAsync(WorkflowActivityContext context, string input)
    {
        var watch = await rollouts.GetWatchAsync(input, CancellationToken.None);
        var seen = await looks.LookAsync(watch.Devices, CancellationToken.None);
        return await rollouts.StepAsync(input, new RolloutSight(seen), CancellationToken.None);
    }
}
