using DeviceFleet.Workflows;

namespace DeviceFleet.Provisioning.Rollouts;

/// <summary>
/// Drives a rollout: one child workflow for each wave, and one for what is left when it stops. What is to be done, and whether it is, is the actor's to say: this brings time and devices to
/// it. Instance id: the rollout's.
/// </summary>
internal sealed class RolloutFirmware : Workflow<RolloutStage, RolloutTurn>
{
    public override async Task<RolloutTurn> RunAsync(WorkflowContext context, RolloutStage input)
    {
        // Not from where it was started: it may have been started again, when the rollout was further.
        var turn = await context.CallActivityAsync<RolloutTurn>(nameof(LookAtDevices), input.Rollout, RolloutWave.Patience);
        while (!turn.IsOver)
        {
            var instance = RolloutNames.InstanceOf(input.Rollout, turn.Stage);
            context.SetCustomStatus(instance);
            turn = await context.CallChildWorkflowAsync<RolloutTurn>(nameof(RolloutWave), input with { Stage = turn.Stage }, new ChildWorkflowTaskOptions(instance));
        }

        return turn;
    }
}

/// <summary>One stage of a rollout: looks at devices, writes orders, waits; until the rollout is at another stage. Its history begins anew now and then, so that it stays small.</summary>
internal sealed class RolloutWave : Workflow<RolloutStage, RolloutTurn>
{
    /// <summary>An activity fails only when actors or the store cannot be reached, which passes.</summary>
    public static readonly WorkflowTaskOptions Patience = new(new WorkflowRetryPolicy(
        maxNumberOfAttempts: 1_000, firstRetryInterval: TimeSpan.FromSeconds(1), backoffCoefficient: 2, maxRetryInterval: TimeSpan.FromMinutes(1)));

    public override async Task<RolloutTurn> RunAsync(WorkflowContext context, RolloutStage input)
    {
        for (var tick = 0; tick < input.TicksMax; tick++)
        {
            var turn = await context.CallActivityAsync<RolloutTurn>(nameof(LookAtDevices), input.Rollout, Patience);
            if (turn.HasTasks)
            {
                turn = await context.CallActivityAsync<RolloutTurn>(nameof(WriteOrders), input.Rollout, Patience);
            }

            if (turn.IsOver || turn.Stage != input.Stage)
            {
                return turn;
            }

            await WaitAsync(context, TimeSpan.FromMilliseconds(turn.DelayMs));
        }

        context.ContinueAsNew(input);
        return new RolloutTurn(input.Stage, IsOver: false, HasTasks: false, 0);
    }

    private static async Task WaitAsync(WorkflowContext context, TimeSpan delay)
    {
        try
        {
            await context.WaitForExternalEventAsync<object?>(RolloutNames.Changed, delay);
        }
        catch (TaskCanceledException)
        {
            // The time is over, which is as good.
        }
    }
}
