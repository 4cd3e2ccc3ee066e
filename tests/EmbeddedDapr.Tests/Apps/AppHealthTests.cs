using EmbeddedDapr.Apps;

namespace EmbeddedDapr.Tests.Apps;

public sealed class AppHealthTests
{
    [Fact]
    public void An_app_is_ill_until_a_probe_succeeds()
    {
        var health = new AppHealth(threshold: 2);

        Assert.False(health.IsHealthy);
        Assert.Equal(AppHealthChange.None, health.Probed(false));
        Assert.Equal(AppHealthChange.BecameHealthy, health.Probed(true));
        Assert.True(health.IsHealthy);
        Assert.Equal(AppHealthChange.None, health.Probed(true));
    }

    [Theory]
    [InlineData(1, "F", true)]
    [InlineData(3, "FF", false)]
    [InlineData(3, "FFF", true)]
    [InlineData(3, "FFSFF", false)]
    [InlineData(3, "FFSFFF", true)]
    public void Only_failures_in_a_row_make_it_ill(int threshold, string probes, bool becomesIll)
    {
        var health = new AppHealth(threshold);
        health.Probed(true);

        var changes = probes.Select(probe => health.Probed(probe == 'S')).ToList();

        Assert.Equal(becomesIll, changes[^1] == AppHealthChange.BecameUnhealthy);
        Assert.Equal(becomesIll, !health.IsHealthy);
    }

    [Fact]
    public void One_success_makes_it_well_again_once()
    {
        var health = new AppHealth(threshold: 1);
        health.Probed(true);
        health.Probed(false);

        Assert.Equal(AppHealthChange.None, health.Probed(false));
        Assert.Equal(AppHealthChange.BecameHealthy, health.Probed(true));
    }
}
