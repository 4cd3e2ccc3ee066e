using DeviceFleet.Contracts.Provisioning;
using DeviceFleet.Provisioning.Identities;
using DeviceFleet.Provisioning.Sagas;
using DeviceFleet.Provisioning.Sagas.Steps;
using DeviceFleet.Provisioning.Tests.Sagas.Exploration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace DeviceFleet.Provisioning.Tests.Sagas;

public sealed class EndTakingBackTests
{
    [Fact]
    public async Task An_end_that_is_told_again_does_not_give_back_the_code_that_the_next_saga_redeemed()
    {
        var world = new ModelWorld(_ => Task.FromResult(false));
        var order = Situation.All[0].Order;
        Situation.All[0].Prepare(world);
        var ending = world.Identity.Saga!.Progress with { State = SagaState.Compensating };
        world.Identity = world.Identity.WithProgress(ending, 1);
        var end = new EndTakingBack(new SagaServices(world, new ActivityFaults(Options.Create(new FaultOptions())), TimeProvider.System, NullLoggerFactory.Instance));
        var call = new StepCall(order, ending with { State = SagaState.Compensated, EndedAt = 2 }, null, SagaSteps.Verify);

        await end.RunAsync(null!, call);
        Assert.False(world.IsCodeTaken);

        world.IsCodeTaken = true;
        world.Identity = world.Identity.Begun(order with { Instance = "provision-pump-1-2" });
        await end.RunAsync(null!, call);
        Assert.True(world.IsCodeTaken);
    }
}
