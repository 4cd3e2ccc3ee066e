using DeviceFleet.Provisioning.Claims;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace DeviceFleet.Provisioning.Tests.Claims;

public sealed class ClaimLimiterTests
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(56));

    [Fact]
    public void A_claimant_that_asks_too_often_waits_for_the_next_minute_and_only_the_first_refusal_is_told()
    {
        var limiter = Limiter(perClaimant: 2);
        Assert.Null(limiter.Take("box-1", "line").RetryAfterMs);
        Assert.Null(limiter.Take("box-1", "line").RetryAfterMs);
        _time.Advance(TimeSpan.FromSeconds(20));

        Assert.Equal(new ClaimPermit(40_000, IsFirst: true), limiter.Take("box-1", "line"));
        Assert.Equal(new ClaimPermit(40_000, IsFirst: false), limiter.Take("box-1", "line"));
        Assert.Null(limiter.Take("box-2", "line").RetryAfterMs);

        _time.Advance(TimeSpan.FromSeconds(40));
        Assert.Null(limiter.Take("box-1", "line").RetryAfterMs);
    }

    [Fact]
    public void An_enrolment_and_all_together_have_bounds_of_their_own()
    {
        var limiter = Limiter(perEnrolment: 2, inAll: 3);
        Assert.Null(limiter.Take("a", "line").RetryAfterMs);
        Assert.Null(limiter.Take("b", "line").RetryAfterMs);
        Assert.NotNull(limiter.Take("c", "line").RetryAfterMs);

        // Three were looked at: what comes now is not even counted by name.
        Assert.Equal(new ClaimPermit(60_000, IsFirst: true), limiter.Take("d", "other"));
        Assert.Equal(new ClaimPermit(60_000, IsFirst: false), limiter.Take("e", "another"));
    }

    private ClaimLimiter Limiter(int perClaimant = 100, int perEnrolment = 100, int inAll = 100) =>
        new(Options.Create(new ClaimOptions { PerClaimant = perClaimant, PerEnrolment = perEnrolment, InAll = inAll }), _time);
}
