using DeviceFleet.Workflows;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Provisioning.Rollouts;

/// <summary>Starts rollouts' workflows and wakes them. Both may be said again.</summary>
internal sealed class RolloutWorkflows(IDaprWorkflowClient workflows, IOptions<RolloutOptions> options, TimeProvider time)
{
    /// <summary>Starts the workflow unless it runs. One that has ended before the rollout did is started again: where the rollout is, the actor knows.</summary>
    public async Task StartAsync(string rollout, CancellationToken cancellationToken)
    {
        if (await workflows.GetWorkflowStateAsync(rollout, getInputsAndOutputs: false, cancellationToken) is not { Exists: true, IsWorkflowCompleted: false })
        {
            // With a time, so that the call does not wait for the first turn, which waits for a worker.
            var input = new RolloutStage(rollout, 0, options.Value.TicksPerHistory);
            await workflows.ScheduleNewWorkflowAsync(nameof(RolloutFirmware), rollout, input, time.GetUtcNow(), cancellationToken);
        }
    }

    /// <summary>Lets a stage look at once, if it is there.</summary>
    public async Task WakeAsync(string instance, CancellationToken cancellationToken)
    {
        if (await workflows.GetWorkflowStateAsync(instance, getInputsAndOutputs: false, cancellationToken) is { Exists: true, IsWorkflowCompleted: false })
        {
            await workflows.RaiseEventAsync(instance, RolloutNames.Changed, null, cancellationToken);
        }
    }
}
