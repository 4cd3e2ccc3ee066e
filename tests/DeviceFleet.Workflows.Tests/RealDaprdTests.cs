namespace DeviceFleet.Workflows.Tests;

/// <summary>Cases of the contract's catalogue that only a real daprd can show. None can be had where these tests run.</summary>
public sealed class RealDaprdTests
{
    private const string NoDaprd = "needs a daprd with placement and scheduler, which cannot be downloaded where the tests run";

    [Fact(Skip = NoDaprd)]
    public void D61_An_instance_with_a_patch_stalls_at_a_worker_without_it_and_goes_on_at_one_that_has_it()
    {
    }

    [Fact(Skip = NoDaprd)]
    public void D79_This_worker_on_daprd_ends_every_scenario_as_on_EmbeddedDapr()
    {
    }
}
