using System.Text;
using System.Text.Json;
using DeviceFleet.Contracts.Rollouts;
using DeviceFleet.Simulator.Control;

namespace DeviceFleet.Simulator.Tests.Control;

public sealed class DesiredStateTests
{
    private readonly DesiredState _state = new(intervalSeconds: 1);

    [Fact]
    public void A_new_interval_is_taken_on_and_reported_from_the_version_that_the_message_names()
    {
        Assert.Equal(new IntervalReport(7, 5), Take("""{"version":1,"desired":{"interval":5},"delta":{"interval":5},"reportedVersion":7}"""));
        Assert.Equal(5, _state.IntervalSeconds);
    }

    [Fact]
    public void What_is_in_step_is_not_reported()
    {
        Assert.Null(Take("""{"version":1,"desired":{"interval":1},"delta":{},"reportedVersion":7}"""));
    }

    [Fact]
    public void A_delta_that_still_names_the_interval_is_reported_again_from_the_newer_version()
    {
        Take("""{"version":1,"desired":{"interval":5},"delta":{"interval":5},"reportedVersion":7}""");

        Assert.Equal(new IntervalReport(8, 5), Take("""{"version":1,"desired":{"interval":5},"delta":{"interval":5},"reportedVersion":8}"""));
        Assert.Null(Take("""{"version":1,"desired":{"interval":5},"delta":{},"reportedVersion":9}"""));
    }

    [Fact]
    public void An_overtaken_message_changes_nothing()
    {
        Take("""{"version":2,"desired":{"interval":5},"delta":{"interval":5},"reportedVersion":7}""");

        Assert.Null(Take("""{"version":1,"desired":{"interval":9},"delta":{"interval":9},"reportedVersion":7}"""));
        Assert.Equal(5, _state.IntervalSeconds);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("86401")]
    [InlineData("\"5\"")]
    [InlineData("null")]
    public void What_is_no_interval_stays_pending(string interval)
    {
        Assert.Null(Take($$"""{"version":1,"desired":{"interval":{{interval}},"colour":"red"},"delta":{"interval":{{interval}}},"reportedVersion":7}"""));
        Assert.Equal(1, _state.IntervalSeconds);
    }

    [Fact]
    public void A_silent_device_stays_silent()
    {
        var silent = new DesiredState(intervalSeconds: null);

        Assert.Null(silent.Take("""{"version":1,"desired":{"interval":5},"delta":{"interval":5},"reportedVersion":7}"""u8).Interval);
        Assert.False(silent.TrySet(5));
        Assert.Null(silent.IntervalSeconds);
    }

    [Theory]
    [InlineData("""{"version":"2.0.0","path":"/api/firmware/2.0.0","size":7,"sha256":"aa","signature":"ss","rollout":"r-1","mayBeOlder":true}""", true)]
    [InlineData("""{"version":"2.0.0"}""", false)]
    [InlineData("\"2.0.0\"", false)]
    [InlineData("null", false)]
    public void An_order_of_firmware_is_handed_on_and_anything_else_of_that_name_is_left(string firmware, bool isOrder)
    {
        var silent = new DesiredState(intervalSeconds: null);

        var taken = silent.Take(Encoding.UTF8.GetBytes($$"""{"version":1,"desired":{"firmware":{{firmware}}},"delta":{},"reportedVersion":7}"""));

        Assert.Null(taken.Interval);
        Assert.Equal(isOrder ? new FirmwareOrder { Version = "2.0.0", Path = "/api/firmware/2.0.0", Size = 7, Sha256 = "aa", Signature = "ss", Rollout = "r-1", MayBeOlder = true } : null, taken.Firmware);
    }

    [Fact]
    public void A_message_of_another_shape_is_an_error() => Assert.Throws<JsonException>(() => Take("""{"interval":5}"""));

    private IntervalReport? Take(string message) => _state.Take(Encoding.UTF8.GetBytes(message)).Interval;
}
