using DeviceFleet.Contracts.Rollouts;

namespace DeviceFleet.Contracts.Tests.Rollouts;

public sealed class SemanticVersionTests
{
    [Fact]
    public void Versions_are_in_the_order_of_the_specification()
    {
        // The example of section 11, and numbers beyond any integer.
        string[] order =
        [
            "0.9.9", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.2.0", "1.10.0",
            "2.0.0", "2.1.0", "2.1.1", "10.0.0", "10.0.99999999999999999999999", "99999999999999999999.0.0",
        ];
        var versions = order.Select(Read).ToArray();

        Assert.Equal(order, versions.Reverse().Order(SemanticVersion.Order).Select(version => version!.Text));
        Assert.All(versions, version => Assert.True(version.CompareTo(null) > 0));
    }

    [Fact]
    public void Builds_do_not_count()
    {
        Assert.Equal(0, Read("1.0.0+b.1").CompareTo(Read("1.0.0+b.2")));
        Assert.Equal(0, Read("1.0.0").CompareTo(Read("1.0.0+build.5")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("1.0")]
    [InlineData("1.0.0.0")]
    [InlineData("01.0.0")]
    [InlineData("1.0.0-")]
    [InlineData("1.0.0-01")]
    [InlineData("1.0.0+")]
    [InlineData("1.0.0+a+b")]
    [InlineData("1.0.x")]
    [InlineData("1.0.0-a_b")]
    [InlineData("v1.0.0")]
    [InlineData("../1.0.0")]
    public void What_is_no_version_is_not_read(string text) => Assert.False(SemanticVersion.TryParse(text, out _));

    private static SemanticVersion Read(string text) => SemanticVersion.TryParse(text, out var version) ? version : throw new ArgumentException(text);
}
