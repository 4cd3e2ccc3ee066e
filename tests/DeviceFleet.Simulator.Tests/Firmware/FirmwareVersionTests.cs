using DeviceFleet.Simulator.Firmware;

namespace DeviceFleet.Simulator.Tests.Firmware;

public sealed class FirmwareVersionTests
{
    /// <summary>Oldest first; the pre-releases are the example of semver.org 2.0.0, section 11.</summary>
    private static readonly string[] Rising =
    [
        "0.9.9", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.2.0", "1.10.0",
        "2.0.0", "2.1.0", "2.1.1", "10.0.0", "10.0.99999999999999999999999",
    ];

    [Fact]
    public void Versions_are_ordered_by_precedence()
    {
        for (var i = 0; i < Rising.Length; i++)
        {
            for (var k = 0; k < Rising.Length; k++)
            {
                Assert.True(Math.Sign(FirmwareVersion.Compare(Rising[i], Rising[k])) == Math.Sign(i.CompareTo(k)), $"{Rising[i]} and {Rising[k]}");
            }
        }
    }

    [Theory]
    [InlineData("1.0.0", "1.0.0+build.5")]
    [InlineData("1.4", "1.4.0")]
    [InlineData("1.04.0", "1.4.0")]
    public void Some_are_neither_older_nor_newer(string a, string b) => Assert.Equal(0, FirmwareVersion.Compare(a, b));

    [Theory]
    [InlineData("1.0.0-rc_1+x", true)]
    [InlineData("", false)]
    [InlineData("1 0", false)]
    [InlineData("../1", false)]
    public void A_version_has_an_alphabet(string text, bool isValid) => Assert.Equal(isValid, FirmwareVersion.IsValid(text));
}
